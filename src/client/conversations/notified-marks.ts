/**
 * Stores how far the listeners know each conversation, so that the next process of this profile does not announce the same
 * messages as new.
 */
import type { Clock } from '../../platform/clock.ts';
import type { ConversationMarks } from './conversation-marks.ts';

/** Marks are written this long after the first one, in ms. */
const GATHER_MS = 500;

export class NotifiedMarks {
  readonly #clock: Clock;
  readonly #marks: Pick<ConversationMarks, 'store'>;
  readonly #gathered = new Map<string, number>();

  constructor(clock: Clock, marks: Pick<ConversationMarks, 'store'>) {
    this.#clock = clock;
    this.#marks = marks;
  }

  /** @param key of the conversation */
  raise(key: string, seq: number): void {
    const waiting = this.#gathered.has(key);
    this.#gathered.set(key, Math.max(this.#gathered.get(key) ?? 0, seq));
    if (!waiting) this.#clock.after(GATHER_MS, () => void this.#flush(key).catch(() => {}));
  }

  /** Writes all gathered marks now. */
  async flush(): Promise<void> {
    for (const key of [...this.#gathered.keys()]) await this.#flush(key);
  }

  async #flush(key: string): Promise<void> {
    const seq = this.#gathered.get(key);
    this.#gathered.delete(key);
    if (seq !== undefined) await this.#marks.store(key, 'notified', seq);
  }
}

/**
 * Up to where listeners were told of each conversation: what they were shown is not news for the next process of this
 * profile.
 */
import type { Clock } from '../../platform/clock.ts';

/** How long it is gathered. */
const GATHER_MS = 500;

export class NotifiedMarks {
  readonly #clock: Clock;
  readonly #keep: (key: string, seq: number) => Promise<void>;
  readonly #told = new Map<string, number>();

  constructor(clock: Clock, keep: (key: string, seq: number) => Promise<void>) {
    this.#clock = clock;
    this.#keep = keep;
  }

  /** @param key of the place */
  told(key: string, seq: number): void {
    const waiting = this.#told.has(key);
    this.#told.set(key, Math.max(this.#told.get(key) ?? 0, seq));
    if (!waiting) this.#clock.after(GATHER_MS, () => void this.#flush(key).catch(() => {}));
  }

  /** Keeps at once what is gathered. */
  async flush(): Promise<void> {
    for (const key of [...this.#told.keys()]) await this.#flush(key);
  }

  async #flush(key: string): Promise<void> {
    const seq = this.#told.get(key);
    this.#told.delete(key);
    if (seq !== undefined) await this.#keep(key, seq);
  }
}

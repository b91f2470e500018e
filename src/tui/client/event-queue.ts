/** The daemon's events, taken one after the other, with a bound on what waits. */
import type { Event } from '../../protocol/messages.ts';

/** What waits, about, in bytes. */
const MAX_WAITING = 32 * 2 ** 20;
/** What an event takes beside the bytes of an entry, about. */
const EVENT_BYTES = 500;

/** How much an event takes while it is kept, about, in bytes. */
export function weightOf(event: Event): number {
  if (event.method !== 'posted') return EVENT_BYTES;
  const { bytes, keys } = event.params.entry;
  return keys.reduce((sum, key) => sum + key.bytes.length, bytes.length + EVENT_BYTES);
}

/** Events that are kept until somebody takes them, within a bound. */
export class HeldEvents {
  readonly #events: Event[] = [];
  readonly #most: number;
  #weight = 0;

  /** @param most about, in bytes */
  constructor(most = MAX_WAITING) {
    this.#most = most;
  }

  /** @returns whether there was room for it */
  add(event: Event): boolean {
    const weight = weightOf(event);
    if (this.#weight + weight > this.#most) return false;
    this.#weight += weight;
    this.#events.push(event);
    return true;
  }

  /** All of them, in order; none is left. */
  take(): Event[] {
    this.#weight = 0;
    return this.#events.splice(0);
  }
}

export class EventQueue {
  readonly #take: (event: Event) => Promise<void>;
  readonly #full: () => void;
  #weight = 0;
  #tail: Promise<void> = Promise.resolve();

  /** @param take never rejects @param full called with each event that there is no room for */
  constructor(take: (event: Event) => Promise<void>, full: () => void) {
    this.#take = take;
    this.#full = full;
  }

  add(event: Event): void {
    const weight = weightOf(event);
    if (this.#weight + weight > MAX_WAITING) {
      this.#full();
      return;
    }
    this.#weight += weight;
    this.#tail = this.#tail.then(async () => {
      await this.#take(event);
      this.#weight -= weight;
    });
  }

  /** Resolves when all that came so far was taken. */
  settled(): Promise<void> {
    return this.#tail;
  }
}

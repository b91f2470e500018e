/** The daemon's events, taken one after the other, with a bound on what waits. */
import type { Event } from '../../protocol/wire/codec.ts';

/** What waits, about, in bytes. */
const MAX_WAITING = 32 * 2 ** 20;
/** What an event takes beside its text and its bytes, about. */
const EVENT_BYTES = 500;

/** How much an event takes while it is kept, about, in bytes. */
export function bytesOf(event: Event): number {
  return EVENT_BYTES + lengthOf(event.params);
}

/** Characters of all texts and bytes of all byte strings in it. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let length = 0;
  for (const part of Object.values(value)) length += lengthOf(part);
  return length;
}

/** Events that are kept until somebody takes them, within a bound. */
export class HeldEvents {
  readonly #events: Event[] = [];
  readonly #maxBytes: number;
  #weight = 0;

  /** @param most about, in bytes */
  constructor(most = MAX_WAITING) {
    this.#maxBytes = most;
  }

  /** @returns whether there was room for it */
  add(event: Event): boolean {
    const weight = bytesOf(event);
    if (this.#weight + weight > this.#maxBytes) return false;
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

export type EventQueueOptions = {
  /** What may wait, about, in bytes. */
  maxBytes?: number;
  /** How many are taken at once; one unless told, so that they are taken in order. */
  concurrency?: number;
};

export class EventQueue {
  readonly #take: (event: Event) => Promise<void>;
  readonly #full: () => void;
  readonly #maxBytes: number;
  readonly #tails: Promise<void>[];
  #weight = 0;
  #added = 0;

  /** @param take never rejects @param full called with each event that there is no room for */
  constructor(
    take: (event: Event) => Promise<void>,
    full: () => void,
    { maxBytes = MAX_WAITING, concurrency = 1 }: EventQueueOptions = {},
  ) {
    this.#take = take;
    this.#full = full;
    this.#maxBytes = maxBytes;
    this.#tails = Array.from({ length: concurrency }, () => Promise.resolve());
  }

  add(event: Event): void {
    const weight = bytesOf(event);
    if (this.#weight + weight > this.#maxBytes) {
      this.#full();
      return;
    }
    this.#weight += weight;
    const turn = this.#added++ % this.#tails.length;
    this.#tails[turn] = (this.#tails[turn] as Promise<void>).then(async () => {
      await this.#take(event);
      this.#weight -= weight;
    });
  }

  /** Resolves when all that came so far was taken. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails);
  }
}

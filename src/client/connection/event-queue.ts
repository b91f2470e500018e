/** Keeps and handles the daemon's events in order, within a limit of bytes. */
import type { Event } from '../../protocol/wire/codec.ts';

/** The most bytes of waiting events, roughly. */
const MAX_WAITING = 32 * 2 ** 20;
/** Rough size of an event without its texts and byte strings, in bytes. */
const EVENT_BYTES = 500;

/** Returns the rough size of an event in memory, in bytes. */
export function bytesOf(event: Event): number {
  return EVENT_BYTES + lengthOf(event.params);
}

/** Counts the characters of all texts and the bytes of all byte strings in a value. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let length = 0;
  for (const part of Object.values(value)) length += lengthOf(part);
  return length;
}

/** Events that wait to be taken, within a limit. */
export class HeldEvents {
  readonly #events: Event[] = [];
  readonly #maxBytes: number;
  #weight = 0;

  /** @param maxBytes a rough limit */
  constructor(maxBytes = MAX_WAITING) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false if there is no room for the event */
  add(event: Event): boolean {
    const weight = bytesOf(event);
    if (this.#weight + weight > this.#maxBytes) return false;
    this.#weight += weight;
    this.#events.push(event);
    return true;
  }

  /** Returns all events in order, and forgets them. */
  take(): Event[] {
    this.#weight = 0;
    return this.#events.splice(0);
  }
}

export type EventQueueOptions = {
  /** The most bytes of waiting events, roughly. */
  maxBytes?: number;
  /** How many events are handled at once; default 1, which keeps their order. */
  concurrency?: number;
};

export class EventQueue {
  readonly #take: (event: Event) => Promise<void>;
  readonly #full: () => void;
  readonly #maxBytes: number;
  readonly #tails: Promise<void>[];
  #weight = 0;
  #added = 0;

  /** @param take handles an event; it must never reject @param full called for each event that is dropped for lack of room */
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

  /** Resolves when all events so far are handled. */
  async settled(): Promise<void> {
    await Promise.all(this.#tails);
  }
}

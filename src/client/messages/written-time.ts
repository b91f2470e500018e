/** When its author wrote something, beside when the daemon had it: what was held back does not pass for new. */
import type { Message } from '../types.ts';

/** Clocks that are right differ by less. ms. */
const TOLERATED_MS = 60_000;
/** The last moment that a Date can be. ms since 1970 UTC. */
const LAST_MOMENT = 8.64e15;

/** An author's time as it can be shown: they may have signed any number. */
export function writtenAt(sentAt: number): number {
  return Math.min(sentAt, LAST_MOMENT);
}

/** The author's time where it is more than a minute from the daemon's, earlier or later; else null. One of the clocks may be wrong. */
export function writtenApart({ at, sentAt }: Pick<Message, 'at' | 'sentAt'>): number | null {
  return Math.abs(at - sentAt) > TOLERATED_MS ? sentAt : null;
}

/** Compares an author's time with the daemon's, so that a held-back message does not look new. */
import type { Message } from '../types.ts';

/** Correct clocks differ by less, in ms. */
const TOLERATED_MS = 60_000;
/** The latest time that a Date can hold, in ms since 1970 UTC (ECMAScript, Time Values). */
const LAST_MOMENT = 8.64e15;

/** An author's time, limited to what can be shown: they may have signed any number. */
export function showableTime(sentAt: number): number {
  return Math.min(sentAt, LAST_MOMENT);
}

/** The author's time when it differs from the daemon's by more than a minute; else null. One of the clocks may be wrong. */
export function differentSentAt({ at, sentAt }: Pick<Message, 'at' | 'sentAt'>): number | null {
  return Math.abs(at - sentAt) > TOLERATED_MS ? sentAt : null;
}

/** Decides whether to connect again after an error, and when. */
import { type Random, randomU32 } from '../../platform/random.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { ClientError, isTemporary } from '../errors.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** Whether another attempt may succeed without the person: the daemon is away or busy. Not for a changed key or a refused login. */
export function isWorthRetry(error: unknown): error is Error {
  if (error instanceof ClientError) return error.code === 'unreachable' || error.code === 'not-a-daemon';
  return isTemporary(error) || (error instanceof ProtocolError && error.code === 'link');
}

/**
 * Returns how long to wait before the next attempt, in ms. The limit doubles with each failure up to 30 s; half of it is random, so
 * that not all clients reconnect at the same moment (exponential backoff with equal jitter).
 */
export function retryWaitMs(failures: number, random: Random): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return longest / 2 + (longest / 2) * (randomU32(random) / 0xffffffff);
}

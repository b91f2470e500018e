/** When the way to the daemon is worth another try, and how soon. */

import { type Random, randomU32 } from '../../platform/random.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { ClientError, isTemporary } from '../errors.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** Worth another try without the person: the daemon is away or busy. A changed key or a refused login is not. */
export function isWorthRetry(error: unknown): error is Error {
  if (error instanceof ClientError) return error.code === 'unreachable' || error.code === 'not-a-daemon';
  return isTemporary(error) || (error instanceof ProtocolError && error.code === 'link');
}

/** Doubles with each failure up to 30 s; half of it is random, so that a restarted daemon is not met by everybody at once. */
export function retryWaitMs(failures: number, random: Random): number {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  return longest / 2 + (longest / 2) * (randomU32(random) / 0xffffffff);
}

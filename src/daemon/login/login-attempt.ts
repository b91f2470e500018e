/** Steps that all ways to log in share: delays, rate limits, and the log of failures. */

import { sleep } from '../../platform/clock.ts';
import { H, utf8 } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { isOpaqueText } from '../../protocol/crypto/opaque-messages.ts';
import type { Account } from '../accounts/users-file.ts';
import type { Context } from '../context.ts';
import { addressKey } from '../limits/limits.ts';
import type { Session } from '../sessions/session.ts';

/** The longest wait for a rate limit. */
const MAX_TURN_MS = 10_000;

/** The one answer to every failed login, so that it reveals nothing. */
export function loginRefusal(): Refusal {
  return new Refusal('login-refused', 'name or password is wrong, or this device must log in with the password again');
}

/** The hash that ties a vault to the OPAQUE record. */
export function recordHash(record: string): Uint8Array {
  return H('record', utf8(record));
}

/** Checks a record before it becomes a field of users.txt. @throws Refusal 'bad-request' */
export function checkRecord(record: string): void {
  if (!isOpaqueText('record', record)) {
    throw new Refusal('bad-request', 'this is not an OPAQUE record; update securechat');
  }
}

/** Counts a login attempt and waits as long as the login guard asks. @throws Refusal 'rate-limited' */
export async function awaitLoginGuard(
  { limits, clock, refused }: Context,
  session: Session,
  name: string,
): Promise<void> {
  const wait = limits.guard.attempt(name, addressKey(session.address));
  if (wait === null) {
    refused.count('login', addressKey(session.address));
    throw new Refusal('rate-limited', 'too many failed logins; try again in 15 seconds');
  }
  await sleep(clock, wait);
}

/** Waits for the rate limit of the address. @throws Refusal 'rate-limited' */
export async function awaitRate(
  { limits, clock }: Context,
  session: Session,
  what: 'logins' | 'registrations',
): Promise<void> {
  const wait = limits[what].reserve(addressKey(session.address), MAX_TURN_MS);
  if (wait === null) throw new Refusal('rate-limited', `too many ${what} from this address; try again in a moment`);
  await sleep(clock, wait);
}

/**
 * Logs a failed login. The line has the name only when the account exists, because people type passwords there. After
 * the first lines of an address its failures are only counted.
 */
export function logFailure(
  { limits, refused }: Pick<Context, 'limits' | 'refused'>,
  session: Session,
  account: Account | null,
  method: 'opaque1' | 'key',
): void {
  const address = addressKey(session.address);
  if (!limits.failureLines.take(address)) {
    refused.count('login', address);
    return;
  }
  const user = account === null ? {} : { user: account.name };
  session.log.warn({ evt: 'authn_login_fail', method, ...user }, 'login failed');
}

/**
 * Counts an unfinished login as failed. Call it when a session starts another login or ends. With OPAQUE only the
 * client learns that a password is wrong, and an attacker does not report it.
 */
export function giveUpLogin(context: Pick<Context, 'limits' | 'refused'>, session: Session): void {
  const { attempt } = session;
  session.attempt = null;
  if (attempt?.kind === 'login') logFailure(context, session, attempt.account, 'opaque1');
}

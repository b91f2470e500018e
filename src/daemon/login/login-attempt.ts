/** What is common to every way of logging in. */

import { sleep } from '../../platform/clock.ts';
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { isOpaqueText } from '../../protocol/crypto/opaque-messages.ts';
import type { Welcome } from '../../protocol/wire/requests.ts';
import type { Account } from '../accounts/users-file.ts';
import type { Context } from '../context.ts';
import { addressKey, limitValues } from '../limits/limits.ts';
import type { Session, SessionState } from '../sessions/session.ts';
import { enterRooms } from './enter-rooms.ts';

/** Longer than this nobody is kept waiting for a turn to log in. */
const MAX_TURN_MS = 10_000;
const TICKET_BYTES = 32;

/** The one answer to every failed login. */
export function loginRefused(): Refusal {
  return new Refusal('login-refused', 'name or password is wrong, or this device has to give the password again');
}

/** Which vault belongs to this OPAQUE record. */
export function recordHash(record: string): Uint8Array {
  return H('record', utf8(record));
}

/** A record becomes a field of users.txt. @throws Refusal 'bad-request'. */
export function checkRecord(record: string): void {
  if (!isOpaqueText('record', record)) {
    throw new Refusal('bad-request', 'this is not an OPAQUE record; update securechat');
  }
}

/** Counts an attempt to guess and waits as long as the guard says. @throws Refusal 'rate-limited'. */
export async function awaitLoginGuard(
  { limits, clock, refused }: Context,
  session: Session,
  name: string,
): Promise<void> {
  const wait = limits.guard.attempt(name, addressKey(session.address));
  if (wait === null) {
    refused.count('login', addressKey(session.address));
    throw new Refusal('rate-limited', 'too many failed logins; try again in a quarter of a minute');
  }
  await sleep(clock, wait);
}

/** What succeeds has a rate, too. @throws Refusal 'rate-limited'. */
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
 * Logs a failed login, with the name only when there is such an account, as people type passwords there. After the first lines
 * of an address its failures are only counted.
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
 * Counts a login that was begun and not finished as failed; call it when a session begins another login, or ends. With OPAQUE the
 * client is the first to see that a password is wrong, and an attacker does not report it.
 */
export function giveUpLogin(context: Pick<Context, 'limits' | 'refused'>, session: Session): void {
  const { attempt } = session;
  session.attempt = null;
  if (attempt?.kind === 'login') logFailure(context, session, attempt.account, 'opaque1');
}

/**
 * An account has a bounded number of sessions. One that has missed its ping is most likely dead and makes room; live ones are
 * not ended, because their clients would reconnect at once and end the next one.
 * @returns how many sessions the account has now @throws Refusal 'busy'.
 */
function makeRoom({ sessions, clock }: Pick<Context, 'sessions' | 'clock'>, name: string): number {
  const own = sessions.of(name).filter(({ ended }) => !ended);
  if (own.length < limitValues.linksPerAccount) return own.length;
  const silent = own.reduce((longest, one) => (one.lastReceivedAt < longest.lastReceivedAt ? one : longest));
  if (clock.monotonic() - silent.lastReceivedAt < limitValues.missedPingMs) {
    const most = limitValues.linksPerAccount;
    throw new Refusal('busy', `this account has ${most} connections, the most it may have: end one, then try again`);
  }
  silent.end('idle', 'nothing was heard from here for a while');
  return own.length - 1;
}

/** Makes the session that of `account`, and says what it may do. */
export async function logIn(
  context: Context,
  session: Session,
  login: { account: Account; by: 'password' | 'key'; device: number },
): Promise<Welcome> {
  const { account, by, device } = login;
  const { store, clock, config, lobby } = context;
  const hash = recordHash(account.record);
  const vault = account.idFp === null ? null : await store.vaultInfo({ idFp: account.idFp, recordHash: hash });
  const localKeys = account.flags.has('local-keys');
  const state = stateOf(account, by, localKeys || vault !== null);
  // Without its vault the account waits for a login by password, which can store one.
  if (by === 'key' && state !== 'by-key') throw new Refusal('needs-password', 'log in with the password once');
  // Before anything is stored: a login that finds no room leaves its device the ticket that it has.
  makeRoom(context, account.name);
  let ticket: Uint8Array | null = null;
  if (account.idFp !== null && by === 'password') {
    ticket = context.random(TICKET_BYTES);
    if (vault !== null) await store.dropOtherVaults({ idFp: account.idFp, recordHash: hash });
    await store.putDevice({ idFp: account.idFp, device, ticketHash: H('ticket', ticket) });
  }
  // What went on meanwhile may have ended the account's sessions, or this link.
  if (session.ended || context.accounts.get(account.name)?.record !== account.record) throw loginRefused();
  if (!session.claimSlot(makeRoom(context, account.name)))
    throw new Refusal('busy', 'the server has no room for more connections; try again later');
  session.account = account;
  session.device = device;
  session.attempt = null;
  session.state = state;
  session.link.loggedIn();
  session.log.info({ evt: 'authn_login_success', user: account.name, device, method: by, state }, 'logged in');
  if (state === 'by-key' || state === 'by-password') enterRooms(context, session);
  return {
    session: session.id,
    name: account.name,
    idFp: account.idFp,
    mustRenew: state === 'must-renew',
    recordHash: by === 'password' ? hash : null,
    vault,
    localKeys,
    ticket,
    lobby,
    at: clock.now(),
    maxFileSize: config.maxFileSize,
  };
}

/** To be called when a vault was stored under `stored`: the session that had to store it may now do everything. */
export function vaultStored(context: Context, session: Session, stored: Uint8Array): void {
  if (session.state !== 'needs-vault' || session.account === null) return;
  if (!equal(recordHash(session.account.record), stored)) return;
  session.state = 'by-password';
  enterRooms(context, session);
}

function stateOf(account: Account, by: 'password' | 'key', complete: boolean): SessionState {
  if (account.idFp === null || account.flags.has('must-renew')) return 'must-renew';
  if (!complete) return 'needs-vault';
  return by === 'key' ? 'by-key' : 'by-password';
}

/**
 * Folder `login`: the steps of registration and login that several requests share; it knows no sockets and parses no
 * requests. This file gives a session its account.
 */

import { equal } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { Account } from '../accounts/users-file.ts';
import type { Context } from '../context.ts';
import { limitValues } from '../limits/limits.ts';
import type { Session, SessionState } from '../sessions/session.ts';
import { addDevice } from './add-device.ts';
import { enterRooms } from './enter-rooms.ts';
import { logFailure, loginRefusal, recordHash } from './login-attempt.ts';

/**
 * Limits the sessions of an account. A session that missed its ping is probably dead and is ended. Live ones are not,
 * because their clients would reconnect at once and end the next one.
 * @returns how many sessions the account has now
 * @throws Refusal 'busy'
 */
function makeRoom({ sessions, clock }: Pick<Context, 'sessions' | 'clock'>, name: string): number {
  const own = sessions.of(name).filter(({ ended }) => !ended);
  if (own.length < limitValues.linksPerAccount) return own.length;
  const silent = own.reduce((longest, one) => (one.lastReceivedAt < longest.lastReceivedAt ? one : longest));
  if (clock.monotonic() - silent.lastReceivedAt < limitValues.missedPingMs) {
    const most = limitValues.linksPerAccount;
    throw new Refusal('busy', `this account has ${most} connections, which is the limit: end one, then try again`);
  }
  silent.end('idle', 'this client sent nothing for a while');
  return own.length - 1;
}

/** A login whose secrets are checked. `device` is its number. */
type CheckedLogin = { account: Account; device: number } & (
  | { by: 'key' | 'export'; ticketHash: Uint8Array }
  | { by: 'password'; deviceName: string; ticket: Uint8Array | null }
);

/** What the store knows of an account. The calls of one turn are one batch for it. */
async function storedFacts({ store }: Context, session: Session, login: CheckedLogin) {
  const { idFp, record } = login.account;
  const hash = recordHash(record);
  if (idFp === null) return { hash, vault: null, shared: 0, isEnded: false };
  const { device } = login;
  const [vault, shared, ticket] = await Promise.all([
    store.vaultInfo({ idFp, recordHash: hash }),
    store.sharedVersion({ idFp }),
    login.by === 'password'
      ? 'device'
      : store.checkTicket({ idFp, device, ticketHash: login.ticketHash, loginFrom: session.address }),
  ]);
  return { hash, vault, shared, isEnded: ticket === null };
}

/**
 * Logs `account` in on the session.
 * @returns the answer for the client.
 * @throws Refusal 'needs-password', 'busy' or 'login-refused'
 */
export async function logIn(context: Context, session: Session, login: CheckedLogin): Promise<Welcome> {
  const { account, by, device } = login;
  const { store, clock, config, lobby } = context;
  const { hash, vault, shared, isEnded } = await storedFacts(context, session, login);
  // The device was ended since its ticket was checked.
  if (isEnded) {
    logFailure(context, session, account, 'key');
    throw loginRefusal();
  }
  const localKeys = account.flags.has('local-keys');
  const state = stateOf(account, by, localKeys || vault !== null);
  // An account without its vault needs a login by password, which can store one.
  if (by !== 'password' && state !== `by-${by}`) throw new Refusal('needs-password', 'log in with the password once');
  // Check before anything is stored: a refused login must not take the place of a device.
  makeRoom(context, account.name);
  let made: Pick<Welcome, 'ticket' | 'replaced'> = { ticket: null, replaced: null };
  if (account.idFp !== null && login.by === 'password') {
    if (vault !== null) await store.dropOtherVaults({ idFp: account.idFp, recordHash: hash });
    const owner = { idFp: account.idFp, name: account.name };
    const { deviceName: name, ticket: shown } = login;
    made = await addDevice(context, session, owner, { device, kind: 'device', name }, shown);
  }
  // The account may have changed, or the link ended, while the store worked.
  if (session.ended || context.accounts.get(account.name)?.record !== account.record) throw loginRefusal();
  if (!session.claimSlot(makeRoom(context, account.name)))
    throw new Refusal('busy', 'the server has no room for more connections; try again later');
  session.account = account;
  session.device = device;
  session.attempt = null;
  session.state = state;
  session.link.loggedIn();
  session.log.info({ evt: 'authn_login_success', user: account.name, device, method: by, state }, 'logged in');
  if (state !== 'must-renew' && state !== 'needs-vault') enterRooms(context, session);
  return {
    session: session.id,
    name: account.name,
    idFp: account.idFp,
    mustRenew: state === 'must-renew',
    recordHash: by === 'password' ? hash : null,
    vault,
    localKeys,
    shared,
    ...made,
    lobby,
    at: clock.now(),
    maxFileSize: config.maxFileSize,
  };
}

/**
 * Call it after a vault was stored for the record hash `stored`. A session that waited for its vault may then do
 * everything.
 */
export function vaultStored(context: Context, session: Session, stored: Uint8Array): void {
  if (session.ended || session.state !== 'needs-vault' || session.account === null) return;
  if (!equal(recordHash(session.account.record), stored)) return;
  session.state = 'by-password';
  enterRooms(context, session);
}

function stateOf(account: Account, by: CheckedLogin['by'], complete: boolean): SessionState {
  if (account.idFp === null || account.flags.has('must-renew')) return 'must-renew';
  if (!complete) return 'needs-vault';
  return `by-${by}`;
}

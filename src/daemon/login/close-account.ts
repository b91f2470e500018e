/**
 * Closes accounts. users.txt decides whether an account exists: the database notes a closing before the line is removed, and
 * what else belongs to the account is deleted after it. So after a crash the account works as before, or the next start
 * finishes the closing.
 */
import { hex } from '../../protocol/base/bytes.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { Context } from '../context.ts';
import { countDeparture } from '../limits/departures.ts';
import type { Session } from '../sessions/session.ts';
import type { Person } from '../store/store.ts';
import { leaveRooms } from './enter-rooms.ts';

/** The reason that every session of the account is told. */
const CLOSED = 'the account was closed';

/**
 * Closes the account of the session. When it resolves the account is gone for good, and all other sessions of it have ended.
 * @throws Refusal when the account stays as it was
 */
export async function closeAccount(context: Context, session: Session, person: Person): Promise<void> {
  const { accounts, store, sessions, files, feed, log, rooms, limits } = context;
  const { lobby } = rooms;
  const uncount = lobby.isMember(person.idFp) ? countDeparture(limits, person.name, hex(lobby.id)) : () => {};
  try {
    await store.addClosing(person);
    await accounts.remove(person);
  } catch (error) {
    uncount();
    // Unless another session of the person has closed it.
    if (accounts.byIdentity(person.idFp) !== undefined) await store.dropClosing(person);
    throw error;
  }
  session.log.info({ evt: 'user_deleted', user: person.name }, 'account closed by its owner');
  const own = sessions.of(person.name);
  for (const each of own) leaveRooms(context, each);
  announceGone(feed, person.name);
  for (const each of own) if (each !== session) endClosed(each);
  try {
    await Promise.all(own.map((each) => files.sessionEnded(each)));
    await finishClosing(context, person);
  } catch (err) {
    const what = 'an account is closed, but not everything of it is deleted; the next start does the rest';
    log.error({ evt: 'user_deletion_interrupted', err }, what);
  }
}

/** Ends a session whose account was closed. */
export function endClosed(session: Session): void {
  session.end('closed', CLOSED);
}

/** Tells all sessions that nobody has this name any more. */
export function announceGone(feed: Pick<Context['feed'], 'send'>, name: string): void {
  feed.send('all', encodeEvent('unregistered', { name }));
}

/**
 * Call it at the start, before anybody can log in: finishes closings, and forgets those of accounts that still exist. Does
 * nothing while users.txt has an unreadable line.
 */
export async function resumeClosings(context: Context): Promise<void> {
  const { accounts, store, log } = context;
  if (!accounts.complete) return;
  for (const person of await store.closings({})) {
    if (accounts.byIdentity(person.idFp) !== undefined) await store.dropClosing(person);
    else {
      await finishClosing(context, person);
      log.info({ evt: 'user_deleted', user: person.name }, 'finished the closing of an account');
    }
  }
}

async function finishClosing(context: Context, person: Person): Promise<void> {
  const { rooms, store, files, defer } = context;
  await rooms.remove(person, store, defer);
  while ((await store.finishClosing(person)).more);
  await files.removeDoomedFiles(store);
}

import { equal } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';
import { leaveRooms } from '../../login/enter-rooms.ts';
import { putFirstCard } from '../../login/first-card.ts';
import { checkRecord, recordHash } from '../../login/login-attempt.ts';

/** Second request of a new password. A legacy account also gets its keys. */
export const recordFinish: Handler<'record-finish'> = async (context, session, { record, card }) => {
  const { attempt, name } = session;
  session.attempt = null;
  if (attempt?.kind !== 'record') throw new Refusal('bad-request', 'begin the change of the password first');
  checkRecord(record);
  requireToken(context.limits.passwords, name, 'new passwords');
  const renews = session.state === 'must-renew';
  if (renews !== (card !== null)) {
    throw new Refusal(
      renews ? 'must-renew' : 'bad-request',
      renews ? 'this account needs a key card, too' : 'a key card goes with the first password only',
    );
  }
  const idFp = card === null ? null : await putFirstCard(context, name, card);
  const former = session.account?.idFp ?? null;
  const account = await context.accounts.replaceRecord(name, record, idFp);
  if (idFp !== null && former !== null && !equal(former, idFp)) await context.store.dropShared({ idFp: former });
  session.account = account;
  for (const other of context.sessions.of(name)) {
    if (other === session) continue;
    if (renews) other.end('ended', 'the account was renewed by another session; log in again');
    else other.account = account;
  }
  session.log.info({ evt: 'authn_password_change', user: name }, renews ? 'account renewed' : 'password changed');
  if (idFp !== null) context.feed.send('all', encodeEvent('registered', { name, idFp }));
  if (account.flags.has('local-keys')) return {};
  const hash = recordHash(record);
  const vault = account.idFp === null ? null : await context.store.vaultInfo({ idFp: account.idFp, recordHash: hash });
  // A client that has stored the vault for the new password already continues at once.
  if (vault === null) {
    if (!renews) leaveRooms(context, session);
    session.state = 'needs-vault';
  }
  return {};
};

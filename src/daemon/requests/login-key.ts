import { H, utf8 } from '../../protocol/bytes.ts';
import { verify } from '../../protocol/rsa.ts';
import type { Handler } from '../context.ts';
import { awaitTurn, enter, logFailure, loginRefused } from '../login.ts';

/** A reconnect: the ticket that this device was given, and a signature that binds the identity to this very link. */
export const loginKey: Handler<'login-key'> = async (context, session, { name, device, ticket, signature }) => {
  const { accounts, directory, identity, store } = context;
  const account = accounts.get(name) ?? null;
  const sigSpki = account?.idFp == null ? null : await directory.keyOf(account.idFp);
  const message = H('login', session.link.cb, identity.daemonId, utf8(name));
  // For a name that is not there the work is the same, with a key that fits nobody.
  const good = verify(sigSpki ?? identity.keys.sign.spki, message, signature);
  if (!good || account === null || account.idFp === null || sigSpki === null) {
    logFailure(context, session, account, 'key');
    throw loginRefused();
  }
  await awaitTurn(context, session, 'logins');
  // After the wait: a device that was ended meanwhile does not come in.
  if (!(await store.checkTicket({ idFp: account.idFp, device, ticketHash: H('ticket', ticket) }))) {
    logFailure(context, session, account, 'key');
    throw loginRefused();
  }
  return enter(context, session, { account, by: 'key', device });
};

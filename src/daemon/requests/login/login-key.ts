import { H, utf8 } from '../../../protocol/base/bytes.ts';
import { verify } from '../../../protocol/crypto/rsa.ts';
import type { Handler } from '../../context.ts';
import { awaitRate, logFailure, loginRefusal } from '../../login/login-attempt.ts';
import { logIn } from '../../login/session-login.ts';

/** The identity used for an unknown name. It has no devices. */
const NOBODY = new Uint8Array(32);

/**
 * Logs in by key, for reconnects: the device's ticket, and a signature that binds the identity to this link. The ticket
 * is checked first, so that a known and an unknown name take the same time without one.
 */
export const loginKey: Handler<'login-key'> = async (context, session, { name, device, ticket, signature }) => {
  const { accounts, directory, identity, store } = context;
  const account = accounts.get(name) ?? null;
  const idFp = account?.idFp ?? NOBODY;
  const ticketHash = H('ticket', ticket);
  const refused = () => {
    logFailure(context, session, account, 'key');
    return loginRefusal();
  };
  const kind = await store.checkTicket({ idFp, device, ticketHash, loginFrom: null });
  if (kind === null || account === null) throw refused();
  const sigSpki = await directory.keyOf(idFp, store);
  const message = H('login', session.link.cb, identity.daemonId, utf8(name));
  if (sigSpki === null || !verify(sigSpki, message, signature)) throw refused();
  await awaitRate(context, session, 'logins');
  return logIn(context, session, { account, by: kind === 'export' ? 'export' : 'key', device, ticketHash });
};

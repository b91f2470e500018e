/** Folder `requests/login`: registration, login, devices, passwords and vaults; it knows no conversations. */
import type { Handler } from '../../context.ts';
import { awaitLoginGuard, giveUpLogin } from '../../login/login-attempt.ts';

/**
 * First request of a login by password. An unknown name gets an answer of the same shape, in the same time, and always
 * the same one (against client enumeration, RFC 9807, section 10).
 */
export const loginStart: Handler<'login-start'> = async (context, session, { name, message }) => {
  giveUpLogin(context, session);
  await awaitLoginGuard(context, session, name);
  const account = context.accounts.get(name) ?? null;
  const { opaqueSetup, daemonId } = context.identity;
  const answer = await context.opaque.serverLogin(opaqueSetup, name, account?.record ?? null, message, daemonId);
  session.attempt = { kind: 'login', name, account, state: answer.state };
  return { message: answer.message };
};

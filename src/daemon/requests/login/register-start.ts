import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';
import { awaitRate } from '../../login/login-attempt.ts';

/** First request of a registration: checks the name, and answers the OPAQUE registration request. */
export const registerStart: Handler<'register-start'> = async (context, session, { name, message, invite }) => {
  const { config, accounts, opaque, identity } = context;
  if (config.registration === 'closed') {
    throw new Refusal('registration-closed', 'this server takes no new accounts; ask its operator');
  }
  await awaitRate(context, session, 'registrations');
  if (config.registration === 'invite') await context.invites.check(invite);
  accounts.checkNewName(name);
  session.attempt = { kind: 'register', name, invite: config.registration === 'invite' ? invite : null };
  return { message: await opaque.serverRegister(identity.opaqueSetup, name, message) };
};

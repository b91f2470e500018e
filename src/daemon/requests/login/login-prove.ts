import { equal } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { loginProof } from '../../../protocol/crypto/opaque.ts';
import type { Handler } from '../../context.ts';
import { addressKey } from '../../limits/limits.ts';
import { awaitRate, logFailure, loginRefusal } from '../../login/login-attempt.ts';
import { logIn } from '../../login/session-login.ts';

export const loginProve: Handler<'login-prove'> = async (context, session, { proof, device, deviceName, ticket }) => {
  const { attempt } = session;
  session.attempt = null;
  if (attempt?.kind !== 'proved') throw new Refusal('bad-request', 'finish the login first');
  if (device === 0) throw new Refusal('bad-request', 'the device number must not be 0; update securechat');
  if (!equal(loginProof(attempt.sessionKey, 'client', session.link.cb), proof)) {
    // The password was right, but on another link: somebody is in the middle.
    logFailure(context, session, attempt.account, 'opaque1');
    throw loginRefusal();
  }
  context.limits.guard.succeeded(attempt.account.name, addressKey(session.address));
  await awaitRate(context, session, 'logins');
  return logIn(context, session, { account: attempt.account, by: 'password', device, deviceName, ticket });
};

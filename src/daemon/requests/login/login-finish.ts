import { Refusal } from '../../../protocol/base/errors.ts';
import { loginProof } from '../../../protocol/crypto/opaque.ts';
import type { Handler } from '../../context.ts';
import { logFailure, loginRefusal } from '../../login/login-attempt.ts';

/** Second request of a login by password. The daemon proves first that it holds the session key on this link. */
export const loginFinish: Handler<'login-finish'> = async (context, session, { message }) => {
  const { attempt } = session;
  session.attempt = null;
  if (attempt?.kind !== 'login') throw new Refusal('bad-request', 'begin the login first');
  const sessionKey = await context.opaque.serverLoginFinish(attempt.state, message);
  if (sessionKey === null || attempt.account === null) {
    logFailure(context, session, attempt.account, 'opaque1');
    throw loginRefusal();
  }
  session.attempt = { kind: 'proved', account: attempt.account, sessionKey };
  return { proof: loginProof(sessionKey, 'server', session.link.cb) };
};

/** The two ways in: by password (OPAQUE, bound to this very link) and by key. */
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { invisibleCharacter, passwordText } from '../../protocol/base/password.ts';
import { loginProof, type Opaque } from '../../protocol/crypto/opaque.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Welcome } from '../../protocol/wire/requests.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';

export type PasswordLogin = { welcome: Welcome; exportKey: Uint8Array };

/**
 * Proves the password without showing it, and that the daemon at the other end of THIS link knows the account: somebody who
 * relays between two links has another `cb` on each and fails here.
 * @throws ClientError 'login-refused', or 'untrusted' when the daemon's proof is wrong
 */
export async function loginByPassword(
  calls: Calls,
  opaque: Opaque,
  who: { name: string; password: string; device: number; daemonId: Uint8Array },
): Promise<PasswordLogin> {
  const { name, device, daemonId } = who;
  const password = passwordText(who.password);
  const begun = await opaque.clientLogin(password);
  const start = { method: 'opaque1' as const, name, message: begun.message };
  const answer = await calls.request('login-start', start).catch(explainRefusal);
  const finished = await opaque.clientLoginFinish(password, begun.state, answer.message, daemonId);
  if (finished === null) throw loginRefusedError(password);
  const { proof } = await calls.request('login-finish', { message: finished.message }).catch(explainRefusal);
  const { cb } = calls.link;
  if (!equal(proof, loginProof(finished.sessionKey, 'server', cb)))
    throw new ClientError(
      'untrusted',
      'the server could not prove that nobody sits between; do not go on over this network, and compare its fingerprint with its operator',
    );
  const mine = loginProof(finished.sessionKey, 'client', cb);
  const welcome = await finishLogin(calls, name, () => calls.request('login-prove', { proof: mine, device }));
  return { welcome, exportKey: finished.exportKey };
}

/** Only to a daemon whose key was confirmed by a password login. @throws ClientError 'login-refused' */
export async function loginByKey(
  calls: Calls,
  rsa: Rsa,
  who: { name: string; identity: KeyPair; device: number; ticket: Uint8Array; daemonId: Uint8Array },
): Promise<Welcome> {
  const { name, device, ticket } = who;
  const signature = await rsa.sign(who.identity.pkcs8, H('login', calls.link.cb, who.daemonId, utf8(name)));
  return finishLogin(calls, name, () => calls.request('login-key', { name, device, ticket, signature }));
}

/** The daemon's first record after a login may be a long one: the limit is raised before it can come. */
async function finishLogin(calls: Calls, name: string, request: () => Promise<Welcome>): Promise<Welcome> {
  calls.link.loggedIn();
  const welcome = await request().catch(explainRefusal);
  if (welcome.name !== name)
    throw new ClientError('untrusted', `the server took ${name} for ${welcome.name}; ask its operator`);
  return welcome;
}

function loginRefusedError(password = ''): ClientError {
  // Never made by a careful program, so it is named and not refused before: it may be that of an older account.
  const unseen = invisibleCharacter(password);
  return new ClientError(
    'login-refused',
    `wrong name or password${unseen === null ? '' : `; the password has ${unseen}`}`,
  );
}

function explainRefusal(error: unknown): never {
  if (error instanceof Refusal && error.code === 'login-refused') throw loginRefusedError();
  throw error;
}

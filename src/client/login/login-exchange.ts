/** The messages of a login: by password (OPAQUE, RFC 9807, bound to this link) and by key. */
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { invisibleCharacter, passwordText } from '../../protocol/base/password.ts';
import { loginProof, type Opaque } from '../../protocol/crypto/opaque.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';

export type PasswordLogin = { welcome: Welcome; exportKey: Uint8Array };

/**
 * Logs in with OPAQUE-3DH (RFC 9807, section 6), which does not show the password. Both proofs include the link's channel binding
 * `cb` (docs/PROTOCOL.md), which differs between two links, so a relay between them fails.
 * @param ticket called when the daemon has proved itself, and before it can add the device: returns the device's ticket, if it has one
 * @returns the daemon's answer and OPAQUE's export key, which opens the vault
 * @throws ClientError 'login-refused', or 'untrusted' when the daemon's proof is wrong
 */
export async function loginByPassword(
  calls: Calls,
  opaque: Opaque,
  who: { name: string; password: string; device: number; deviceName: string; daemonId: Uint8Array },
  ticket: () => Promise<Uint8Array | null>,
): Promise<PasswordLogin> {
  const { name, device, deviceName, daemonId } = who;
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
      'the server could not prove that nobody intercepts the connection; do not use this network, and compare the fingerprint with the operator of the server',
    );
  const clientProof = loginProof(finished.sessionKey, 'client', cb);
  const last = { proof: clientProof, device, deviceName, ticket: await ticket() };
  const welcome = await finishLogin(calls, name, () => calls.request('login-prove', last));
  return { welcome, exportKey: finished.exportKey };
}

/** Logs in by a ticket and a signature over the link's channel binding. Only for a daemon that a password login has confirmed. @throws ClientError 'login-refused' */
export async function loginByKey(
  calls: Calls,
  rsa: Rsa,
  who: { name: string; identity: KeyPair; device: number; ticket: Uint8Array; daemonId: Uint8Array },
): Promise<Welcome> {
  const { name, device, ticket } = who;
  const signature = await rsa.sign(who.identity.pkcs8, H('login', calls.link.cb, who.daemonId, utf8(name)));
  return finishLogin(calls, name, () => calls.request('login-key', { name, device, ticket, signature }));
}

/** Sends the last request of a login. Raises the link's record limit before, because the answer may be long. @throws ClientError */
async function finishLogin(calls: Calls, name: string, request: () => Promise<Welcome>): Promise<Welcome> {
  calls.link.loggedIn();
  const welcome = await request().catch(explainRefusal);
  if (welcome.name !== name)
    throw new ClientError('untrusted', `the server logged in ${welcome.name} instead of ${name}; ask its operator`);
  return welcome;
}

function loginRefusedError(password = ''): ClientError {
  // Only new passwords are checked for such characters; an older account may have one.
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

/** Proofs of logins that were made for another link, another side, another name or another daemon. */
import test from 'ava';
import { H, utf8 } from '../../src/protocol/base/bytes.ts';
import { loginProof } from '../../src/protocol/crypto/opaque.ts';
import { sign } from '../../src/protocol/crypto/rsa.ts';
import { fixtureKey } from '../fixtures/keys.ts';
import { login, register, testDaemonId } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';
import { throwsRefusal } from '../helpers/throws-refusal.ts';
import { type HostileClient, hostileClient } from './hostile-client.ts';

type Proof = (sessionKey: Uint8Array, cb: Uint8Array, server: Uint8Array) => Uint8Array;

/** A login with the right password, up to the client's proof. */
async function logInWith(mallory: HostileClient, proof: Proof) {
  const begun = await fastOpaque.clientLogin('pw');
  const start = { method: 'opaque1', name: 'mallory', message: begun.message } as const;
  const { message } = await mallory.request('login-start', start);
  const done = await fastOpaque.clientLoginFinish('pw', begun.state, message, testDaemonId);
  if (done === null) throw new Error('the password is right');
  const server = (await mallory.request('login-finish', { message: done.message })).proof;
  const last = { proof: proof(done.sessionKey, mallory.cb, server), device: 5, deviceName: 'x', ticket: null };
  return mallory.request('login-prove', last);
}

test('attack: a proof of the password for another link, or the daemon’s own proof sent back, logs nobody in', async (t) => {
  const { at } = await openDaemon(t);
  const first = await hostileClient(t, at);
  await register(first, 'mallory', 'pw');
  const honest = await hostileClient(t, at);
  t.is((await logInWith(honest, (key, cb) => loginProof(key, 'client', cb))).name, 'mallory');
  const wrong: Record<string, Proof> = {
    'another link': (key) => loginProof(key, 'client', honest.cb),
    'sent back': (_key, _cb, server) => server,
    'another key': (_key, cb) => loginProof(new Uint8Array(64), 'client', cb),
  };
  for (const proof of Object.values(wrong))
    await throwsRefusal(t, logInWith(await hostileClient(t, at), proof), 'login-refused');
});

test('attack: with a stolen ticket, a signature for another link, name or daemon, or by another key, logs nobody in', async (t) => {
  const { at } = await openDaemon(t);
  const first = await hostileClient(t, at);
  await register(first, 'mallory', 'pw');
  const { ticket } = await login(first, 'mallory', 'pw', 5);
  if (ticket === null) return t.fail('no ticket');
  const [own, alices] = [fixtureKey('mallory-identity'), fixtureKey('alice-identity')];
  const signed = (cb: Uint8Array, daemonId = testDaemonId, name = 'mallory', key = own) =>
    sign(key.pkcs8, H('login', cb, daemonId, utf8(name)));
  const wrong: Record<string, (cb: Uint8Array) => Uint8Array> = {
    'another link': () => signed(first.cb),
    'another daemon': (cb) => signed(cb, new Uint8Array(32)),
    'another name': (cb) => signed(cb, testDaemonId, 'bob'),
    'another key': (cb) => signed(cb, testDaemonId, 'mallory', alices),
  };
  const logIn = async (make: (cb: Uint8Array) => Uint8Array) => {
    const client = await hostileClient(t, at);
    return client.request('login-key', { name: 'mallory', device: 5, ticket, signature: make(client.cb) });
  };
  for (const make of Object.values(wrong)) await throwsRefusal(t, logIn(make), 'login-refused');
  t.is((await logIn(signed)).name, 'mallory');
});

import { client, ready, server } from '@serenity-kit/opaque';
import test from 'ava';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { inlineOpaque, loginProof, type Opaque, opaquePool } from '../../../src/protocol/crypto/opaque.ts';

const daemonId = new Uint8Array(32).fill(7);
const cb = new Uint8Array(32).fill(9);

async function register(opaque: Opaque, setup: string, name: string, password: string) {
  const asked = await opaque.clientRegister(password);
  const answer = await opaque.serverRegister(setup, name, asked.message);
  return opaque.clientRegisterFinish(password, asked.state, answer, daemonId);
}

async function login(
  opaque: Opaque,
  setup: string,
  name: string,
  record: string | null,
  password: string,
  at = daemonId,
) {
  const asked = await opaque.clientLogin(password);
  const answer = await opaque.serverLogin(setup, name, record, asked.message, daemonId);
  const done = await opaque.clientLoginFinish(password, asked.state, answer.message, at);
  return { done, key: done && (await opaque.serverLoginFinish(answer.state, done.message)) };
}

for (const [where, open] of [
  ['on threads', () => opaquePool({ threads: 1, maxQueue: 8 })],
  ['inline', () => inlineOpaque],
] as const)
  test(`client and server agree on the session key, ${where}`, async (t) => {
    const opaque = open();
    t.teardown(() => opaque.close());
    const setup = await opaque.createSetup();
    const { record, exportKey } = await register(opaque, setup, 'bob', 'secret');
    const { done, key } = await login(opaque, setup, 'bob', record, 'secret');
    t.deepEqual(done?.sessionKey, key ?? undefined);
    t.is(done?.sessionKey.length, 64);
    t.deepEqual(done?.exportKey, exportKey, 'the vault opens with every login');
    t.is((await login(opaque, setup, 'bob', record, 'Secret')).done, null);
    await t.throwsAsync(opaque.serverLogin(setup, 'bob', record, 'x', daemonId), {
      code: 'message',
      message: 'a message of the login is not readable',
    });
  });

test('the public part of a setup never changes, and any changed byte of the setup gives another one', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const part = await inlineOpaque.publicPart(setup);
  t.is(await inlineOpaque.publicPart(setup), part);
  for (const at of [0, 63, 64]) {
    const bytes = Buffer.from(setup, 'base64url');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    t.not(await inlineOpaque.publicPart(bytes.toString('base64url')), part, `byte ${at}`);
  }
  await t.throwsAsync(inlineOpaque.publicPart('AAAA'), { code: 'message' });
});

/** The message with extra bytes, without its last byte, in another alphabet, and with an unused bit set. */
function malformed(text: string): string[] {
  const bytes = Buffer.from(text, 'base64url');
  const stray = text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
  return [
    Buffer.concat([bytes, Buffer.alloc(3)]).toString('base64url'),
    bytes.subarray(0, -1).toString('base64url'),
    `${text.slice(0, -1)}+`,
    `${text}=`,
    `${text}\n`,
    ...(Buffer.from(stray, 'base64url').equals(bytes) ? [stray] : []),
    '',
  ];
}

test('each OPAQUE message and record has one length and one encoding', async (t) => {
  const unreadable = { code: 'message', message: 'a message of the login is not readable' };
  const { clientRegister, serverRegister, clientRegisterFinish, clientLogin, serverLogin, ...more } = inlineOpaque;
  const { clientLoginFinish, serverLoginFinish } = more;
  const setup = await inlineOpaque.createSetup();
  const asked = await clientRegister('pw');
  const answer = await serverRegister(setup, 'bob', asked.message);
  const { record } = await clientRegisterFinish('pw', asked.state, answer, daemonId);
  const begun = await clientLogin('pw');
  const { state, message } = await serverLogin(setup, 'bob', record, begun.message, daemonId);
  const done = await clientLoginFinish('pw', begun.state, message, daemonId);
  if (done === null) return t.fail();
  for (const bad of malformed(asked.message)) await t.throwsAsync(serverRegister(setup, 'bob', bad), unreadable, bad);
  for (const bad of malformed(answer))
    await t.throwsAsync(clientRegisterFinish('pw', asked.state, bad, daemonId), unreadable, bad);
  for (const bad of malformed(begun.message))
    await t.throwsAsync(serverLogin(setup, 'bob', record, bad, daemonId), unreadable, bad);
  for (const bad of malformed(record))
    await t.throwsAsync(serverLogin(setup, 'bob', bad, begun.message, daemonId), unreadable, bad);
  for (const bad of malformed(message))
    await t.throwsAsync(clientLoginFinish('pw', begun.state, bad, daemonId), unreadable, bad);
  for (const bad of malformed(done.message)) t.is(await serverLoginFinish(state, bad), null, bad);
  t.deepEqual(await serverLoginFinish(state, done.message), done.sessionKey);
});

test('a record is valid for one daemon, one name and one setup', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const { record } = await register(inlineOpaque, setup, 'bob', 'secret');
  t.is((await login(inlineOpaque, setup, 'bob', record, 'secret', new Uint8Array(32))).done, null);
  t.is((await login(inlineOpaque, setup, 'rob', record, 'secret')).done, null);
  t.is((await login(inlineOpaque, await inlineOpaque.createSetup(), 'bob', record, 'secret')).done, null);
});

test('an unknown name is answered like a known one, and always the same way', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const { record } = await register(inlineOpaque, setup, 'bob', 'secret');
  const { message } = await inlineOpaque.clientLogin('guess');
  const oprf = (answer: string) => Buffer.from(answer, 'base64url').subarray(0, 32);
  for (const kept of [record, null]) {
    const first = await inlineOpaque.serverLogin(setup, 'ghost', kept, message, daemonId);
    const again = await inlineOpaque.serverLogin(setup, 'ghost', kept, message, daemonId);
    t.is(first.message.length, 427);
    t.deepEqual(oprf(first.message), oprf(again.message));
    t.notDeepEqual(first.message, again.message);
  }
  const ghost = await login(inlineOpaque, setup, 'ghost', null, 'secret');
  t.is(ghost.done, null);
});

test('a client with a wrong password gets no session key', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const { record } = await register(inlineOpaque, setup, 'bob', 'secret');
  const asked = await inlineOpaque.clientLogin('secret');
  const answer = await inlineOpaque.serverLogin(setup, 'bob', record, asked.message, daemonId);
  const done = await inlineOpaque.clientLoginFinish('secret', asked.state, answer.message, daemonId);
  for (const message of ['', 'x', 'A'.repeat(86), `${done?.message.slice(0, -6)}AAAAAA`])
    t.is(await inlineOpaque.serverLoginFinish(answer.state, message), null);
  t.truthy(await inlineOpaque.serverLoginFinish(answer.state, done?.message ?? ''));
});

test('an upgraded legacy line logs in with its old password', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const record = await inlineOpaque.createRecord(setup, 'bob', 'old', daemonId);
  t.truthy((await login(inlineOpaque, setup, 'bob', record, 'old')).key);
  t.is((await login(inlineOpaque, setup, 'bob', record, 'new')).done, null);
  t.false(record.includes('old') || Buffer.from(record, 'base64url').includes('old'));
});

test('opaque1 uses Argon2id with 64 MiB, 3 passes and 4 lanes; other parameters do not log in', async (t) => {
  await ready;
  const setup = await inlineOpaque.createSetup();
  const { record } = await register(inlineOpaque, setup, 'bob', 'secret');
  const identifiers = { server: Buffer.from(daemonId).toString('hex') };
  const parameters = { iterations: 3, memory: 65_536, parallelism: 4 };
  for (const [change, opens] of [
    [{}, true],
    [{ iterations: 2 }, false],
    [{ memory: 32_768 }, false],
    [{ parallelism: 1 }, false],
  ] as const) {
    const asked = client.startLogin({ password: 'secret' });
    const { loginResponse } = server.startLogin({
      serverSetup: setup,
      userIdentifier: 'bob',
      registrationRecord: record,
      startLoginRequest: asked.startLoginRequest,
      identifiers,
    });
    const keyStretching = { 'argon2id-custom': { ...parameters, ...change } };
    const done = client.finishLogin({
      password: 'secret',
      clientLoginState: asked.clientLoginState,
      loginResponse,
      identifiers,
      keyStretching,
    });
    t.is(done !== undefined, opens);
  }
});

test('a proof is valid for one side, one login and one link', (t) => {
  const key = new Uint8Array(64).fill(1);
  const proofs = [
    loginProof(key, 'server', cb),
    loginProof(key, 'client', cb),
    loginProof(new Uint8Array(64), 'server', cb),
    loginProof(key, 'server', new Uint8Array(32)),
  ];
  t.is(new Set(proofs.map((proof) => Buffer.from(proof).toString('hex'))).size, proofs.length);
  t.deepEqual(loginProof(key, 'server', cb), proofs[0]);
});

test('a man in the middle of a wrongly pinned daemon gets no proof that is valid on the other link', async (t) => {
  const setup = await inlineOpaque.createSetup();
  const { record } = await register(inlineOpaque, setup, 'bob', 'secret');
  // Mallory holds one link to each side and forwards the OPAQUE messages, so both sides agree on the session key.
  const { done, key } = await login(inlineOpaque, setup, 'bob', record, 'secret');
  const toMallory = new Uint8Array(32).fill(1);
  const toDaemon = new Uint8Array(32).fill(2);
  t.deepEqual(done?.sessionKey, key ?? undefined);
  const offered = loginProof(key ?? new Uint8Array(), 'server', toDaemon);
  t.notDeepEqual(offered, loginProof(done?.sessionKey ?? new Uint8Array(), 'server', toMallory));
});

test('work beyond the queue is refused as busy', async (t) => {
  const opaque = opaquePool({ threads: 1, maxQueue: 0 });
  t.teardown(() => opaque.close());
  const first = opaque.createSetup();
  const error = await t.throwsAsync(opaque.createSetup(), { instanceOf: Refusal });
  t.is(error?.code, 'busy');
  await first;
});

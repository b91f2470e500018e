/** Keys that parse and do not work are refused where they arrive, while others use the lobby. */

import test, { type ExecutionContext } from 'ava';
import { openCard } from '../../src/protocol/account/card.ts';
import { concat, Writer } from '../../src/protocol/base/bytes.ts';
import { inlineOpaque } from '../../src/protocol/crypto/opaque.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { encodeJoinBody } from '../../src/protocol/sealed/room-bodies.ts';
import { parseLogEntry, signLogEntry } from '../../src/protocol/sealed/room-log.ts';
import { fixtureKey, fixtureSealKey } from '../fixtures/keys.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { freshCard, login, register, testDaemonId } from '../helpers/client/client.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { cardWith, evenKey, longExponent } from '../helpers/protocol/bad-keys.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { throwsRefusal } from '../helpers/throws-refusal.ts';
import { type HostileClient, hostileClient } from './hostile-client.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const password = 'correct horse';
const encryption = fixtureSealKey('mallory-encryption').spki;
const badKeys = { even: evenKey(encryption), 'small factor': fixtureKey('weak').spki };
/** What nothing can be sealed to: one half of the key does not work. */
const unsealable = [...Object.values(badKeys).map((ekSpki) => ({ ekSpki })), { xwingKey: new Uint8Array(1216) }];

/** Alice and Bob in the lobby. @returns a function that checks that they still reach each other */
async function lobby(t: ExecutionContext, port: number): Promise<() => Promise<void>> {
  const server = `127.0.0.1:${port}`;
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const bob = await connectChat(t, { user: 'bob', server, password, register: {} });
  let said = 0;
  return async () => {
    said += 1;
    await alice.client.send('#lobby', `still here ${said}`);
    await bob.message(`still here ${said}`);
  };
}

/** Registers with any card; always with the same record, because one takes a fifth of a second. */
async function registering(mallory: HostileClient): Promise<(card: Uint8Array) => Promise<unknown>> {
  const begun = await inlineOpaque.clientRegister('pw');
  const start = { name: 'mallory', message: begun.message, invite: null };
  const answer = await mallory.request('register-start', start);
  const { record } = await fastOpaque.clientRegisterFinish('pw', begun.state, answer.message, testDaemonId);
  return async (card) => {
    await mallory.request('register-start', start);
    return mallory.request('register-finish', { record, card, localKeys: true });
  };
}

test('a bad key in a first card, a second card, a handshake or a join is refused, and the lobby goes on', async (t) => {
  const { at, lines } = await openDaemon(t);
  const goesOn = await lobby(t, at.port);
  const notBefore = Date.now() - 1000;
  const mallory = await hostileClient(t, at);
  const registerWith = await registering(mallory);
  for (const key of unsealable) {
    const card = await cardWith('mallory', { ...key, notBefore });
    await throwsRefusal(t, registerWith(card), 'bad-request');
  }
  const weak = await cardWith('mallory', { identity: fixtureKey('weak'), notBefore });
  await throwsRefusal(t, registerWith(weak), 'bad-request');
  const mine = await freshCard('mallory');
  await registerWith(mine);
  const { lobby: room } = await login(mallory, 'mallory', 'pw');
  await goesOn();

  const first = openCard(mine);
  for (const key of unsealable) {
    const second = await cardWith('mallory', { ...key, notBefore, cardSeq: 2, prevCardHash: first.hash });
    await throwsRefusal(t, mallory.request('card-put', { card: second }), 'bad-request');
  }
  await goesOn();

  // An ephemeral X-Wing key, whole or in its X25519 half, that nothing can be sealed to.
  for (const size of [32, 1216]) {
    const hello = (said: Uint8Array) => Uint8Array.from(said).fill(0, said.length - 16 - size, said.length - 16);
    await t.throwsAsync(hostileClient(t, at, { hello }), { name: 'ProtocolError', code: 'handshake' });
  }
  await goesOn();

  const { idFp } = first;
  const log = await mallory.request('fetch', {
    conversation: room,
    after: 0,
    before: null,
    limit: 100,
    newest: false,
    kinds: ['log'],
  });
  const n = log.entries.length;
  const { hash: prev } = parseLogEntry(log.entries.at(-1)?.bytes ?? new Uint8Array());
  const about = {
    room,
    n,
    prev,
    op: 'join',
    subject: { name: 'mallory', idFp },
    actor: idFp,
    time: Date.now(),
  } as const;
  const body = encodeJoinBody({ sigSpki: evenKey(fixtureKey('mallory-identity').spki) });
  const entry = await signLogEntry(inlineRsa, fixtureKey('mallory-identity'), { ...about, body });
  await t.throwsAsync(mallory.request('log-append', { room, entry }));
  t.is(await mallory.ended, 'cut');
  await goesOn();
  t.false(lines.some(({ evt }) => evt === 'sys_crash'));
});

test('a daemon that shows people with bad keys hides nobody else, and nothing is sealed to them', async (t) => {
  const { at, script } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const goesOn = await lobby(t, at.port);
  const mallory = await hostileClient(t, at);
  await register(mallory, 'mallory', 'pw');
  const bad = await cardWith('mallory', { ekSpki: badKeys.even, notBefore: Date.now() - 1000 });
  script.answers.cards = async ({ params, honest }) => (params.name === 'mallory' ? { cards: [bad] } : honest());
  const carol = await connectChat(t, { user: 'carol', server, password, register: {} });
  await t.throwsAsync(carol.client.send('@mallory', 'x'), { code: 'refused', message: /does not work/ });
  t.deepEqual((await carol.client.people()).map(({ name }) => name).sort(), ['alice', 'bob', 'carol', 'mallory']);
  await carol.client.send('@bob', 'to a key that works');
  await goesOn();
});

test('a greeting with a bad key ends the connection before anything is asked', async (t) => {
  const sign = fixtureKey('daemon-sign').spki;
  const { xwingKey } = fixtureSealKey('daemon-link');
  for (const link of [evenKey(sign), fixtureKey('weak').spki, longExponent(60_000)]) {
    const greeting = concat(Buffer.from('SCK2'), new Writer().var16(link).var16(xwingKey).var16(sign).finish());
    const { host, port } = await startTcpServer(t, (socket) => void socket.write(greeting));
    const attempt = signInAs(t, { user: 'alice', server: `${host}:${port}`, password });
    await t.throwsAsync(attempt, { code: 'not-a-daemon' });
  }
});

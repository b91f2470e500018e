/** The tools of these tests work: hostile client, hostile daemon and fault proxy. */
import test from 'ava';
import { utf8 } from '../../src/protocol/base/bytes.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { encodeRequest } from '../../src/protocol/wire/codec.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { login, register } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { faultProxy } from './fault-proxy.ts';
import { hostileClient, openSocket, untilClosed } from './hostile-client.ts';
import { hostileDaemon } from './hostile-daemon.ts';

test('a hostile client logs in and sends requests like any other, and is cut off when it breaks a rule', async (t) => {
  const { at } = await openDaemon(t);
  const mallory = await hostileClient(t, at);
  await register(mallory, 'mallory', 'pw');
  await login(mallory, 'mallory', 'pw');
  t.true((await mallory.request('ping', {})).at > 0);
  mallory.messages(encodeRequest(1_000_000, 'ping', {}), utf8('no frame at all'));
  t.is(await mallory.ended, 'cut');

  const polite = await hostileClient(t, at);
  polite.close();
  t.is(await polite.ended, 'closed');
  const stranger = await openSocket(t, at);
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  await untilClosed(stranger);
});

test('a hostile daemon is honest until its script lies', async (t) => {
  const { at, script, sessionOf } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const [alice, bob] = [
    await connectChat(t, { user: 'alice', server, password: 'correct horse', register: {} }),
    await connectChat(t, { user: 'bob', server, password: 'correct horse', register: {} }),
  ];
  await alice.client.send('@bob', 'by an honest daemon');
  await bob.message('by an honest daemon');

  script.answers.whisper = async ({ honest }) => {
    await honest();
    throw new Refusal('quota', 'never');
  };
  script.message = (bytes) => (Buffer.from(bytes).includes('posted') ? [] : [bytes]);
  await alice.client.send('@bob', 'kept back').catch(() => {});
  sessionOf('bob').send(utf8('no frame at all'));
  await bob.event((event) => event.type === 'link' && event.link.state !== 'online');
  t.false(bob.events.some((event) => event.type === 'message' && JSON.stringify(event).includes('kept back')));
});

test('the fault proxy passes all bytes except the fault it was set to', async (t) => {
  const { at } = await openDaemon(t);
  for (const kind of ['flip', 'drop', 'repeat', 'reorder', 'cut', 'stall', 'split'] as const) {
    const proxy = await faultProxy(t, at.port, { seed: 7 });
    const there = { port: Number(proxy.server.split(':')[1]), fingerprint: at.fingerprint };
    const client = await hostileClient(t, there);
    await client.request('ping', {});
    const struck = proxy.strike({ kind, direction: 'toDaemon', after: 1 });
    await client.request('ping', {});
    const answers = Promise.allSettled([client.request('ping', {}), client.request('ping', {})]);
    await struck;
    if (kind === 'stall') proxy.release();
    const [first, second] = (await answers).map((answer) => answer.status);
    const harmless = kind === 'stall' || kind === 'split';
    t.is(second, harmless ? 'fulfilled' : 'rejected', kind);
    // The first one of a repeated pair may be answered before the second arrives.
    if (kind !== 'repeat') t.is(first, harmless ? 'fulfilled' : 'rejected', kind);
    if (!harmless) t.is(await client.ended, 'cut', kind);
  }
});

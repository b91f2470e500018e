import type { Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { type Address, addressText, dial, readFingerprint, versionError } from '../../../src/client/connection/dial.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../../../src/protocol/link/daemon-identity.ts';
import { acceptLink } from '../../../src/protocol/link/link-setup.ts';
import { MESSAGES_VERSION } from '../../../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { startTcpServer } from '../../helpers/tcp-server.ts';

const keys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
const fingerprint = daemonFingerprint(keys);
const daemonId = new Uint8Array(32).fill(1);

const daemon = (t: ExecutionContext): Promise<Address> =>
  startTcpServer(t, (socket: Socket) => {
    const o = { keys, rejectKey: new Uint8Array(32), daemonId, rsa: inlineRsa, software: 'test', maxQueuedBytes: 1e6 };
    acceptLink(socket, o).catch(() => {});
  });

const reach = (address: Address, expect = fingerprint, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  dial({
    address,
    timeoutMs: 10_000,
    ...more,
    clock: systemClock,
    random: systemRandom,
    expect,
    software: 'test',
  });

test('a daemon is greeted and linked to', async (t) => {
  const address = await daemon(t);
  t.deepEqual(await readFingerprint({ address, timeoutMs: 10_000, clock: systemClock }), fingerprint);
  const link = await reach(address);
  t.deepEqual(Uint8Array.from(link.peer.daemonId ?? []), daemonId);
  await link.close();
});

test('another key than the trusted one is refused, with both fingerprints in the sentence', async (t) => {
  const error = await t.throwsAsync(reach(await daemon(t), new Uint8Array(32).fill(0xab)), {
    instanceOf: ClientError,
    code: 'key-changed',
  });
  t.true(error?.message.includes('ab'.repeat(32)));
  t.true(error?.message.includes(Buffer.from(fingerprint).toString('hex')));
  t.regex(error?.message ?? '', /run: securechat forget 127\.0\.0\.1:\d+/);
});

test('any other kind of server is reported as not a daemon', async (t) => {
  const answers: [string, (socket: Socket) => void][] = [
    ['http', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['ssh', (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')],
    ['binary', (socket) => socket.write(new Uint8Array(4096).fill(0xff))],
    ['hangs up', (socket) => socket.end()],
  ];
  for (const [name, each] of answers) {
    const address = await startTcpServer(t, each);
    const wrong = { instanceOf: ClientError, code: 'not-a-daemon' };
    await t.throwsAsync(readFingerprint({ address, timeoutMs: 10_000, clock: systemClock }), wrong, name);
    await t.throwsAsync(reach(address), wrong, name);
  }
});

test('a silent port is given up after the time limit', async (t) => {
  const address = await startTcpServer(t, () => {});
  await t.throwsAsync(reach(address, fingerprint, { timeoutMs: 200 }), {
    instanceOf: ClientError,
    code: 'unreachable',
    message: /^127\.0\.0\.1:\d+ accepts connections, but does not answer/,
  });
});

test('an abort ends the wait and an open link', async (t) => {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const link = await reach(await daemon(t), fingerprint, { signal });
  const end = new Promise((done) => {
    link.onClose = done;
  });
  const silent = await startTcpServer(t, () => giveUp.abort());
  await t.throwsAsync(reach(silent, fingerprint, { signal }));
  t.is(await end, 'lost');
  await t.throwsAsync(reach(silent, fingerprint, { signal }));
});

test('a port that stops in the middle of its greeting is reported as not a daemon', async (t) => {
  const address = await startTcpServer(t, (socket) => socket.write('SCK2'));
  await t.throwsAsync(reach(address, fingerprint, { timeoutMs: 200 }), {
    instanceOf: ClientError,
    code: 'not-a-daemon',
    message: /does not answer like a SecureChat server/,
  });
});

test('a daemon that shows its keys but cannot use them is refused', async (t) => {
  const stolen = {
    link: { ...fixtureSealKey('mallory-encryption'), spki: keys.link.spki, xwingKey: keys.link.xwingKey },
    sign: keys.sign,
  };
  const address = await startTcpServer(t, (socket) => {
    const o = {
      keys: stolen,
      rejectKey: new Uint8Array(32),
      daemonId,
      rsa: inlineRsa,
      software: '',
      maxQueuedBytes: 1e6,
    };
    acceptLink(socket, o).catch(() => {});
  });
  await t.throwsAsync(reach(address), {
    instanceOf: ClientError,
    code: 'not-a-daemon',
    message: /cannot prove its key/,
  });
});

test('an address where nothing listens is reported as unreachable', async (t) => {
  await t.throwsAsync(reach({ host: '127.0.0.1', port: 1 }), {
    instanceOf: ClientError,
    code: 'unreachable',
    message: /cannot connect to 127\.0\.0\.1:1: nothing listens there/,
  });
});

test('the sentence about another version says which program to update', (t) => {
  const address = { host: 'h', port: 1 };
  t.is(versionError(address, { messages: MESSAGES_VERSION, software: 'x' }), null);
  const newer = versionError(address, { messages: MESSAGES_VERSION + 1, software: 'securechat-daemon/9' });
  t.is(newer?.code, 'version');
  t.regex(newer?.message ?? '', /h:1 runs securechat-daemon\/9.*update this program/);
  t.regex(versionError(address, { messages: 0, software: 'x' })?.message ?? '', /update the server/);
});

test('a greeting of another version is reported as such', async (t) => {
  const address = await startTcpServer(t, (socket) => socket.write('SCK9\u0000\u0001x'));
  await t.throwsAsync(reach(address), { instanceOf: ClientError, code: 'version' });
});

test('addresses are formatted for people', (t) => {
  t.is(addressText({ host: 'chat.example', port: 1 }), 'chat.example:1');
  t.is(addressText({ host: '::1', port: 1 }), '[::1]:1');
});

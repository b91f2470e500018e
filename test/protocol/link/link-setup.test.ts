import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import test from 'ava';
import { equal, hex, utf8 } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { DaemonKeyError, daemonFingerprint } from '../../../src/protocol/link/daemon-identity.ts';
import { encodeGreeting } from '../../../src/protocol/link/handshake.ts';
import { acceptLink, connectLink, readGreeting } from '../../../src/protocol/link/link-setup.ts';
import { MESSAGES_VERSION } from '../../../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import {
  accepting,
  connecting,
  daemonId,
  daemonKeys,
  fingerprint,
  linkPair,
  listen,
  streamPair,
  tamperedStreams,
} from '../../helpers/protocol/link-pair.ts';

const failed = { name: 'ProtocolError', code: 'handshake' } as const;

/** Both ends of one attempt to connect, with their outcomes. */
function attempt({ client, daemon }: { client: Duplex; daemon: Duplex }) {
  return Promise.allSettled([connectLink(client, connecting), acceptLink(daemon, accepting)]);
}

test("both ends agree on the channel binding and know each other's parameters", async (t) => {
  const clock = manualClock(1_800_000_000_000);
  const { client, daemon } = await linkPair({ accept: { clock }, connect: { clock } });
  t.true(equal(client.cb, daemon.cb));
  const both = { messages: MESSAGES_VERSION, time: 1_800_000_000_000 };
  t.like(daemon.peer, { ...both, software: 'test-client 1', daemonId: null });
  t.like(client.peer, { ...both, software: 'test-daemon 1' });
  t.deepEqual(
    [client.peer.daemonId, client.peer.signSpki].map((b) => hex(b ?? utf8('none'))),
    [daemonId, daemonKeys.sign.spki].map((b) => hex(b)),
  );
  const other = await linkPair();
  t.false(equal(client.cb, other.client.cb));
});

test('handshake and messages are the same when bytes arrive one at a time', async (t) => {
  const single = (chunk: Buffer) => Array.from(chunk, (byte) => Buffer.of(byte));
  const streams = tamperedStreams({ toDaemon: single, toClient: single });
  const [client, daemon] = await Promise.all([
    connectLink(streams.client, connecting),
    acceptLink(streams.daemon, accepting),
  ]);
  const heard = listen(daemon);
  client.send(utf8('one'));
  client.send(utf8('two'));
  await heard.until(2);
  t.deepEqual(heard.messages, ['one', 'two']);
});

test('a first contact reads the greeting and disconnects', async (t) => {
  const [client, daemon] = streamPair();
  const accepted = acceptLink(daemon, accepting);
  const greeting = await readGreeting(client);
  t.true(equal(greeting.fingerprint, fingerprint));
  t.true(client.destroyed);
  await t.throwsAsync(accepted, failed);
});

test('another fingerprint stops the client before it sends anything', async (t) => {
  const [client, daemon] = streamPair();
  const heard: Buffer[] = [];
  daemon.on('data', (chunk: Buffer) => heard.push(chunk));
  const shown = { link: fixtureSealKey('mallory-encryption'), sign: daemonKeys.sign };
  daemon.write(encodeGreeting(shown));
  const error = await t.throwsAsync(connectLink(client, connecting), { instanceOf: DaemonKeyError, code: 'key' });
  t.is(hex(error.offered), hex(daemonFingerprint(shown)));
  t.is(heard.length, 0);
});

test('a daemon of another version is named as such; malformed bytes are not', async (t) => {
  const cases: [string, string][] = [
    ['SCK1 and whatever', 'version'],
    ['SSH-2.0-OpenSSH_9.6\r\n', 'handshake'],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'handshake'],
    ['SCK2\x00\x00', 'handshake'],
    [`SCK2\xff\xff${'x'.repeat(100)}`, 'handshake'],
    [`SCK2\x01\xa6${'x'.repeat(1000)}`, 'handshake'],
    ['SC', 'handshake'],
  ];
  for (const [text, code] of cases) {
    for (const open of [(s: Duplex) => connectLink(s, connecting), (s: Duplex) => readGreeting(s)]) {
      const [client, other] = streamPair();
      other.end(Buffer.from(text, 'latin1'));
      await t.throwsAsync(open(client), { name: 'ProtocolError', code }, text);
      t.true(client.destroyed);
    }
  }
});

test('malformed bytes on the port are answered only with the greeting', async (t) => {
  for (const text of ['GET / HTTP/1.1\r\n\r\n', 'SCL2\x00\x01', 'SCL1\x00\x02', 'x'.repeat(5000)]) {
    const [client, daemon] = streamPair();
    const heard: Buffer[] = [];
    client.on('data', (chunk: Buffer) => heard.push(chunk));
    const over = once(client, 'end');
    client.write(Buffer.from(text, 'latin1'));
    await t.throwsAsync(acceptLink(daemon, accepting), failed, text);
    await over;
    t.deepEqual(Buffer.concat(heard), Buffer.from(encodeGreeting(daemonKeys)));
    t.true(daemon.destroyed);
  }
});

test('any flipped bit of the handshake ends it on both ends with the error of its layer', async (t) => {
  const flip = (at: number) => {
    let seen = 0;
    return (chunk: Buffer) => {
      const changed = Buffer.from(chunk);
      if (at >= seen && at < seen + chunk.length) changed[at - seen] = (changed[at - seen] ?? 0) ^ 0x80;
      seen += chunk.length;
      return [changed];
    };
  };
  // Lengths that grow a little are left out: there both ends wait for more, up to the time limit.
  // Hello: magic, suite, ct1, ct2, ephemeral key, tag; then the length, the body and the tag of CONFIRM.
  for (const at of [
    0, 3, 5, 6, 200, 389, 390, 1477, 1478, 1509, 1510, 2693, 2694, 2725, 2726, 2741, 2746, 2752, 2782,
  ]) {
    const [client, daemon] = await attempt(tamperedStreams({ toDaemon: flip(at) }));
    t.is(daemon.status, 'rejected', `to the daemon, ${at}`);
    if (daemon.status === 'rejected') t.like(daemon.reason, failed, `to the daemon, ${at}`);
    if (client.status === 'fulfilled') t.is(await listen(client.value).end, 'lost');
    else t.like(client.reason, failed);
  }
  // Greeting: magic, lengths, keys; Reply: ct3, length, parameters, tag.
  for (const at of [0, 3, 5, 6, 300, 428, 429, 700, 1645, 1646, 1647, 1800, 2069, 2070, 2071, 2500, 3156, 3190, 3220]) {
    const [client, daemon] = await attempt(tamperedStreams({ toClient: flip(at) }));
    t.is(client.status, 'rejected', `to the client, ${at}`);
    const codes = ['handshake', 'key', 'version'];
    if (client.status === 'rejected') t.true(codes.includes((client.reason as { code: string }).code));
    t.is(daemon.status, 'rejected');
  }
});

test("attack: the ephemeral key is replaced in flight by the attacker's", async (t) => {
  const mallory = fixtureSealKey('mallory-encryption');
  /** After magic, suite and both ciphertexts. */
  const at = 4 + 2 + 384 + 1120;
  const swap = (chunk: Buffer) => {
    if (chunk.toString('latin1', 0, 4) === 'SCL2') chunk.set(mallory.xwingKey, at);
    return [chunk];
  };
  let answered = 0;
  const streams = tamperedStreams({
    toDaemon: swap,
    toClient: (chunk) => [chunk].filter(() => (answered += chunk.length)),
  });
  const [client, daemon] = await attempt(streams);
  t.is(daemon.status, 'rejected');
  t.is(client.status, 'rejected');
  t.is(answered, encodeGreeting(daemonKeys).length);
});

test('attack: a recorded hello is replayed with all records after it', async (t) => {
  const recorded: Buffer[] = [];
  const [client, daemon] = await attempt(
    tamperedStreams({ toDaemon: (chunk) => [chunk].filter((c) => recorded.push(Buffer.from(c))) }),
  );
  if (client.status !== 'fulfilled' || daemon.status !== 'fulfilled') return t.fail();
  client.value.send(utf8('pay mallory'));
  const heard = listen(daemon.value);
  await heard.until(1);
  const [attacker, again] = streamPair();
  attacker.resume();
  attacker.end(Buffer.concat(recorded));
  await t.throwsAsync(acceptLink(again, accepting), { ...failed, message: 'the handshake was not confirmed' });
});

test('attack: a daemon with only the public keys cannot answer', async (t) => {
  const imposter = { link: { ...daemonKeys.link, pkcs8: fixtureKey('mallory-identity').pkcs8 }, sign: daemonKeys.sign };
  const [client, daemon] = streamPair();
  const accepted = acceptLink(daemon, { ...accepting, keys: imposter });
  await t.throwsAsync(connectLink(client, connecting), failed);
  await t.throwsAsync(accepted, failed);
});

test('a hello that does not open takes the same steps as a valid one, up to its tag', async (t) => {
  const work: string[] = [];
  const rsa: typeof inlineRsa = {
    ...inlineRsa,
    async openSecrets(task) {
      const opened = await inlineRsa.openSecrets(task);
      work.push(opened.answer === null ? 'no answer' : 'answered');
      return opened;
    },
  };
  const errors: unknown[] = [];
  // ct1, ct2 (ML-KEM and X25519) and the tag are damaged in turn.
  for (const at of [100, 500, 1500, 2730]) {
    const [client, daemon] = streamPair();
    client.resume();
    const random = (size: number) => new Uint8Array(size).fill(at);
    const streams = tamperedStreams({
      toDaemon: (chunk) => {
        chunk[at] = (chunk[at] ?? 0) ^ 1;
        client.write(chunk);
        return [];
      },
    });
    streams.daemon.write(encodeGreeting(daemonKeys));
    const connected = connectLink(streams.client, { ...connecting, random });
    const error = await t.throwsAsync(acceptLink(daemon, { ...accepting, rsa }));
    errors.push({ ...error, message: error?.message });
    streams.daemon.destroy();
    await t.throwsAsync(connected, failed);
  }
  t.deepEqual(work, ['answered', 'answered', 'answered', 'answered']);
  for (const error of errors) t.deepEqual(error, errors[0]);
});

test('the handshake has 5 seconds, whatever part of it is missing', async (t) => {
  const hello = Buffer.from('SCL2\x00\x02');
  for (const part of [Buffer.alloc(0), hello, Buffer.concat([hello, Buffer.alloc(384)])]) {
    const clock = manualClock();
    const [client, daemon] = streamPair();
    client.resume();
    client.write(part);
    const accepted = acceptLink(daemon, { ...accepting, clock });
    t.deepEqual(clock.pending(), [5_000]);
    clock.advance(4_999);
    t.false(daemon.destroyed);
    clock.advance(1);
    await t.throwsAsync(accepted, { ...failed, message: 'the handshake took too long' });
    t.true(daemon.destroyed);
  }
  const clock = manualClock();
  const [client] = streamPair();
  const connected = connectLink(client, { ...connecting, clock });
  clock.advance(15_000);
  await t.throwsAsync(connected, { ...failed, message: 'the handshake took too long' });
});

test('a client that sends nothing after the reply is never accepted and leaves nothing behind', async (t) => {
  const clock = manualClock();
  let passed = 0;
  const streams = tamperedStreams({ toDaemon: (chunk) => [chunk].filter(() => passed++ === 0) });
  const accepted = acceptLink(streams.daemon, { ...accepting, clock });
  const client = await connectLink(streams.client, connecting);
  clock.advance(5_000);
  await t.throwsAsync(accepted, { ...failed, message: 'the handshake took too long' });
  t.is(await listen(client).end, 'lost');
  t.deepEqual(clock.pending(), []);
});

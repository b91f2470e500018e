import { Duplex } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { hex, utf8 } from '../../src/protocol/bytes.ts';
import { ProtocolError } from '../../src/protocol/errors.ts';
import type { Flusher } from '../../src/protocol/flush.ts';
import { acceptLink, connectLink } from '../../src/protocol/link.ts';
import { MAX_MESSAGE } from '../../src/protocol/link-writer.ts';
import { SMALL_RECORD } from '../../src/protocol/record.ts';
import { accepting, connecting, linkPair, listen, streamPair, tampered } from '../helpers/link-pair.ts';
import { manualClock } from '../helpers/manual-clock.ts';

/** Flushes when the test says so. */
function manualFlusher(): Flusher & { flush(): void } {
  const waiting: (() => void)[] = [];
  return { schedule: (flush) => waiting.push(flush), flush: () => waiting.splice(0).map((flush) => flush()) };
}

/** A link through somebody in the middle who passes the handshake, and then does with each chunk what `change` says. */
async function attacked(o: { toDaemon?: (chunk: Buffer) => Buffer[]; toClient?: (chunk: Buffer) => Buffer[] }) {
  let handshake = true;
  const after =
    (change: (chunk: Buffer) => Buffer[] = (c) => [c]) =>
    (c: Buffer) =>
      handshake ? [c] : change(c);
  const streams = tampered({ toDaemon: after(o.toDaemon), toClient: after(o.toClient) });
  const [client, daemon] = await Promise.all([
    connectLink(streams.client, connecting),
    acceptLink(streams.daemon, accepting),
  ]);
  handshake = false;
  return { client, daemon, streams };
}

test('messages both ways, in order, from one byte to the largest', async (t) => {
  const { client, daemon } = await linkPair();
  client.loggedIn();
  daemon.loggedIn();
  const [atClient, atDaemon] = [listen(client), listen(daemon)];
  const sent = ['a', '', 'x'.repeat(MAX_MESSAGE), 'b', 'y'.repeat(200_000), 'z'.repeat(200_000), 'c'];
  for (const text of sent) {
    client.send(utf8(text));
    daemon.send(utf8(text));
  }
  await Promise.all([atClient.until(sent.length), atDaemon.until(sent.length)]);
  t.true(atDaemon.messages.every((text, i) => text === sent[i]));
  t.true(atClient.messages.every((text, i) => text === sent[i]));
  t.throws(() => client.send(new Uint8Array(MAX_MESSAGE + 1)), { instanceOf: RangeError });
});

test('what is sent between two flushes is one record', async (t) => {
  const flusher = manualFlusher();
  const { client, daemon, clientStream } = await linkPair({ connect: { flusher } });
  const heard = listen(daemon);
  const writes: number[] = [];
  const write = clientStream.write.bind(clientStream);
  clientStream.write = ((chunk: Uint8Array, done: () => void) => {
    writes.push(chunk.length);
    return write(chunk, done);
  }) as typeof clientStream.write;
  const before = client.queuedBytes;
  for (let i = 0; i < 10; i++) client.send(utf8(`${i}`));
  t.is(client.queuedBytes - before, 50);
  t.deepEqual(writes, []);
  flusher.flush();
  await heard.until(10);
  t.deepEqual(writes, [4 + 1 + 50 + 16]);
  t.deepEqual(heard.messages, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

test('a segment comes after the messages sent before it', async (t) => {
  const { client, daemon } = await linkPair();
  client.loggedIn();
  daemon.loggedIn();
  const order: string[] = [];
  const done = new Promise<void>((resolve) => {
    client.onMessage = (message) => {
      order.push(Buffer.from(message).toString());
      if (order.length === 4) resolve();
    };
    client.onSegment = (transfer, index, bytes) => order.push(`${transfer} ${index} ${bytes.length}`);
  });
  daemon.send(utf8('opened'));
  daemon.sendSegment(7, 2 ** 40, new Uint8Array(262_144));
  daemon.sendSegment(7, 1, new Uint8Array(0));
  daemon.send(utf8('after'));
  await done;
  t.deepEqual(order, ['opened', `7 ${2 ** 40} 262144`, '7 1 0', 'after']);
});

test('before login a daemon takes small records alone', async (t) => {
  const { client, daemon } = await linkPair();
  const heard = listen(daemon);
  t.throws(() => client.send(new Uint8Array(SMALL_RECORD)), { instanceOf: RangeError });
  client.send(new Uint8Array(SMALL_RECORD - 5));
  client.send(new Uint8Array(SMALL_RECORD - 5));
  await heard.until(2);
  client.loggedIn();
  client.send(new Uint8Array(SMALL_RECORD));
  t.like(await heard.end, { name: 'ProtocolError', code: 'link' });
  t.is(heard.messages.length, 2);
});

test('close is authenticated: everything sent before it has come, and both ends hear "closed"', async (t) => {
  const { client, daemon, clientStream, daemonStream } = await linkPair();
  const [atClient, atDaemon] = [listen(client), listen(daemon)];
  client.send(utf8('last words'));
  await client.close();
  t.is(await atDaemon.end, 'closed');
  t.is(await atClient.end, 'closed');
  t.deepEqual(atDaemon.messages, ['last words']);
  client.send(utf8('after the end'));
  await client.close();
  t.true(clientStream.destroyed && daemonStream.destroyed);
  t.deepEqual(atDaemon.messages, ['last words']);
});

test('an end of the stream without CLOSE is "lost" on both ends, also when it is half-open', async (t) => {
  const { client, daemon, clientStream, daemonStream } = await linkPair();
  const [atClient, atDaemon] = [listen(client), listen(daemon)];
  clientStream.end();
  t.is(await atDaemon.end, 'lost');
  t.is(await atClient.end, 'lost');
  t.true(daemonStream.destroyed);

  const cut = await linkPair();
  const ends = [listen(cut.client).end, listen(cut.daemon).end];
  cut.daemonStream.destroy(new Error('ECONNRESET'));
  t.deepEqual(await Promise.all(ends), ['lost', 'lost']);

  const destroyed = await linkPair();
  const both = [listen(destroyed.client).end, listen(destroyed.daemon).end];
  destroyed.daemon.destroy();
  t.deepEqual(await Promise.all(both), ['lost', 'lost']);
});

test('a peer that does not answer CLOSE is waited for 5 seconds', async (t) => {
  const clock = manualClock();
  const streams = tampered({});
  const [client] = await Promise.all([
    connectLink(streams.client, { ...connecting, clock }),
    acceptLink(streams.daemon, accepting),
  ]);
  streams.client.push = () => true;
  const closed = client.close();
  t.deepEqual(clock.pending(), [5_000]);
  clock.advance(5_000);
  await closed;
  t.true(streams.client.destroyed);
});

test('attack: CLOSE is cut off, and so are the messages before it', async (t) => {
  const { client, daemon, streams } = await attacked({ toDaemon: () => [] });
  const heard = listen(daemon);
  client.send(utf8('the deal is off'));
  const closed = client.close();
  streams.daemon.push(null);
  t.is(await heard.end, 'lost');
  await closed;
  t.deepEqual(heard.messages, []);
});

for (const [name, change] of [
  ['flips a bit', (c: Buffer) => [Buffer.from(c.map((byte, i) => (i === c.length - 1 ? byte ^ 1 : byte)))]],
  ['repeats a record', (c: Buffer) => [c, c]],
  ['appends garbage', (c: Buffer) => [c, Buffer.alloc(100, 1)]],
  ['claims 4 GiB', () => [Buffer.alloc(4, 255)]],
  ['claims an empty record', () => [Buffer.alloc(4)]],
] as const) {
  test(`attack: somebody on the path ${name}`, async (t) => {
    for (const side of ['toDaemon', 'toClient'] as const) {
      const { client, daemon } = await attacked({ [side]: change });
      const [from, to] = side === 'toDaemon' ? [client, daemon] : [daemon, client];
      const heard = listen(to);
      const other = listen(from);
      from.send(utf8('text'));
      t.like(await heard.end, { name: 'ProtocolError', code: 'link' });
      t.is(await other.end, 'lost');
      t.true(heard.messages.length <= 1);
    }
  });
}

test('attack: records of one link are spliced into another of the same two ends', async (t) => {
  let copy: Buffer = Buffer.alloc(0);
  const one = await attacked({
    toDaemon: (c) => {
      copy = Buffer.from(c);
      return [c];
    },
  });
  const first = listen(one.daemon);
  one.client.send(utf8('yes'));
  await first.until(1);
  const two = await attacked({ toDaemon: () => [copy] });
  const second = listen(two.daemon);
  two.client.send(utf8('no'));
  t.like(await second.end, { name: 'ProtocolError', code: 'link' });
  t.deepEqual(second.messages, []);
});

test('attack: what the client sent is mirrored to it', async (t) => {
  let mirror: Duplex | null = null;
  const { client, streams } = await attacked({
    toDaemon: (c) => {
      mirror?.push(c);
      return [];
    },
  });
  mirror = streams.client;
  const heard = listen(client);
  client.send(utf8('hello'));
  t.like(await heard.end, { name: 'ProtocolError', code: 'link' });
  t.deepEqual(heard.messages, []);
});

test('any cut of the stream gives the same messages', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
      let turn = 0;
      const cut = (chunk: Buffer) => {
        const pieces: Buffer[] = [];
        for (let at = 0; at < chunk.length; ) {
          const size = sizes[turn++ % sizes.length] ?? 1;
          pieces.push(chunk.subarray(at, at + size));
          at += size;
        }
        return pieces;
      };
      const { client, daemon } = await attacked({ toDaemon: cut });
      const heard = listen(daemon);
      for (const size of sizes) client.send(utf8('m'.repeat(size)));
      await client.close();
      t.is(await heard.end, 'closed');
      t.deepEqual(
        heard.messages.map((m) => m.length),
        sizes,
      );
    }),
    { numRuns: 10 },
  );
});

test('rekeys under way are not seen above the link', async (t) => {
  const limits = { records: 3, bytes: 2 ** 30, age: 1000, hardStop: 4 };
  const flusher = manualFlusher();
  const { client, daemon } = await linkPair({ connect: { limits, flusher }, accept: { limits } });
  const heard = listen(daemon);
  for (let i = 0; i < 20; i++) {
    client.send(utf8(`${i}`));
    flusher.flush();
  }
  await heard.until(20);
  t.deepEqual(
    heard.messages,
    Array.from({ length: 20 }, (_, i) => `${i}`),
  );
});

/** A stream that takes nothing, as a peer that stopped reading. */
async function stuck(o: { maxQueuedBytes: number }) {
  const [a, b] = streamPair();
  let open = true;
  const gate = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      if (open) a.write(chunk, done);
    },
    final: (done) => a.end(done),
  });
  a.on('data', (chunk) => gate.push(chunk));
  const [client, daemon] = await Promise.all([connectLink(b, connecting), acceptLink(gate, { ...accepting, ...o })]);
  client.loggedIn();
  daemon.loggedIn();
  return { client, daemon, gate, stop: () => (open = false) };
}

test('a peer that does not read is given up at the limit, and not before', async (t) => {
  const { daemon, gate, stop } = await stuck({ maxQueuedBytes: 1_000_000 });
  const heard = listen(daemon);
  stop();
  let waited = false;
  daemon.sendSegment(1, 0, new Uint8Array(262_144));
  daemon.sendSegment(1, 1, new Uint8Array(262_144));
  void daemon.drained().then(() => (waited = true));
  daemon.sendSegment(1, 2, new Uint8Array(262_144));
  t.true(daemon.queuedBytes > 786_432);
  t.false(gate.destroyed);
  t.false(waited);
  daemon.send(new Uint8Array(250_000));
  const end = await heard.end;
  t.true(end instanceof ProtocolError);
  t.like(end, { code: 'link', message: 'send queue is full' });
  t.true(gate.destroyed);
  await daemon.drained();
  t.true(waited);
});

test('drained() lets go when little waits', async (t) => {
  const { client, daemon } = await linkPair();
  client.loggedIn();
  daemon.loggedIn();
  const heard = listen(client);
  for (let i = 0; i < 40; i++) {
    daemon.sendSegment(1, i, new Uint8Array(262_144));
    await daemon.drained();
    t.true(daemon.queuedBytes < 524_288);
  }
  await heard.until(40);
  t.is(heard.segments.length, 40);
});

test('what comes before a handler is set is held, with the end', async (t) => {
  const { client, daemon } = await linkPair();
  daemon.send(utf8('one'));
  daemon.send(utf8('two'));
  const closed = daemon.close();
  await new Promise((resolve) => setImmediate(setImmediate, resolve));
  const heard = listen(client);
  t.is(await heard.end, 'closed');
  await closed;
  t.deepEqual(heard.messages, ['one', 'two']);
});

test('a paused link gives nothing, until it is resumed', async (t) => {
  const { client, daemon } = await linkPair();
  const heard = listen(client, () => client.pause());
  for (const text of ['one', 'two', 'three']) daemon.send(utf8(text));
  const closed = daemon.close();
  await heard.until(1);
  for (const n of [1, 2, 3]) {
    t.is(heard.messages.length, n);
    client.resume();
  }
  t.is(await heard.end, 'closed');
  await closed;
});

test('a message that a handler refuses ends the link with its error', async (t) => {
  const { client, daemon } = await linkPair();
  const end = new Promise((resolve) => {
    daemon.onClose = resolve;
  });
  let calls = 0;
  daemon.onMessage = () => {
    calls += 1;
    throw new ProtocolError('message', 'not MessagePack');
  };
  const other = listen(client);
  client.send(utf8('x'));
  client.send(utf8('y'));
  t.like(await end, { code: 'message', message: 'not MessagePack' });
  t.is(await other.end, 'lost');
  t.is(calls, 1);
});

test('each link has keys of its own for each direction', async (t) => {
  const written: string[] = [];
  const note = (chunk: Buffer) => [chunk].filter((c) => written.push(hex(c)));
  const { client, daemon } = await attacked({ toDaemon: note, toClient: note });
  const [atClient, atDaemon] = [listen(client), listen(daemon)];
  client.send(utf8('same'));
  daemon.send(utf8('same'));
  await Promise.all([atClient.until(1), atDaemon.until(1)]);
  t.is(written.length, 2);
  t.not(written[0], written[1]);
  t.false(written.some((bytes) => bytes.includes(hex(utf8('same')))));
});

import { Duplex } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { concat, utf8, Writer } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { acceptLink, connectLink } from '../../../src/protocol/link/link-setup.ts';
import { splitMessages, splitSegment } from '../../../src/protocol/link/link-writer.ts';
import { accepting, connecting, linkPair, listen, streamPair } from '../../helpers/protocol/link-pair.ts';
import { manualFlusher } from '../../helpers/protocol/manual-flusher.ts';

const layout = { name: 'ProtocolError', code: 'layout' } as const;
const frame = (message: Uint8Array) => new Writer().u32(message.length).bytes(message).finish();

test('the messages of a record are split as they were joined', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1 }), (messages) => {
      const split = [...splitMessages(concat(...messages.map(frame)))];
      t.deepEqual(
        split.map((m) => Array.from(m)),
        messages.map((m) => Array.from(m)),
      );
    }),
  );
});

test('a record without messages, with half a message or with too large a count is refused', (t) => {
  const one = frame(Uint8Array.of(1, 2, 3));
  t.throws(() => [...splitMessages(new Uint8Array(0))], layout);
  for (let n = 1; n < one.length; n++) {
    t.throws(() => [...splitMessages(one.subarray(0, n))], layout);
    t.throws(() => [...splitMessages(concat(one, one.subarray(0, n)))], layout);
  }
  t.throws(() => [...splitMessages(Uint8Array.of(255, 255, 255, 255, 0))], layout);
});

test('a segment needs its whole header, and may have any bytes after it', (t) => {
  const header = new Writer().u32(7).u64(9).finish();
  t.like(splitSegment(header), { transfer: 7, index: 9 });
  t.is(splitSegment(concat(header, new Uint8Array(5))).bytes.length, 5);
  for (let n = 0; n < header.length; n++) t.throws(() => splitSegment(header.subarray(0, n)), layout);
  t.throws(() => splitSegment(new Uint8Array(12).fill(255)), layout);
});

test('messages sent between two flushes share one record', async (t) => {
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

/** A stream that accepts nothing, like a peer that stopped reading. */
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

test('a link whose peer does not read is closed at the limit, and not before', async (t) => {
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
  t.is(daemon.queuedBytes, 0, 'nobody waits for a link that is over');
});

test('drained() resolves when little waits', async (t) => {
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

import test from 'ava';
import fc from 'fast-check';
import { hex, utf8 } from '../../../src/protocol/base/bytes.ts';
import { acceptLink, connectLink } from '../../../src/protocol/link/link-setup.ts';
import { MAX_MESSAGE } from '../../../src/protocol/link/link-writer.ts';
import { SMALL_RECORD } from '../../../src/protocol/link/record-format.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import {
  accepting,
  attackedLink,
  connecting,
  linkPair,
  listen,
  tamperedStreams,
} from '../../helpers/protocol/link-pair.ts';
import { manualFlusher } from '../../helpers/protocol/manual-flusher.ts';

test('messages of any size pass both ways in order', async (t) => {
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

test('a segment arrives after the messages sent before it', async (t) => {
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

test('a daemon accepts only small records before login', async (t) => {
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

test('close() is authenticated: everything sent before it arrives, and both ends see "closed"', async (t) => {
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

test('a stream that ends without CLOSE is "lost" on both ends, even if it is half open', async (t) => {
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

test('close() waits 5 seconds for a peer that does not answer', async (t) => {
  const clock = manualClock();
  const streams = tamperedStreams({});
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

test('messages are the same however the stream is cut into chunks', async (t) => {
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
      const { client, daemon } = await attackedLink({ toDaemon: cut });
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

test('rekeys are invisible above the link', async (t) => {
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

test('each link has its own keys for each direction', async (t) => {
  const written: string[] = [];
  const note = (chunk: Buffer) => [chunk].filter((c) => written.push(hex(c)));
  const { client, daemon } = await attackedLink({ toDaemon: note, toClient: note });
  const [atClient, atDaemon] = [listen(client), listen(daemon)];
  client.send(utf8('same'));
  daemon.send(utf8('same'));
  await Promise.all([atClient.until(1), atDaemon.until(1)]);
  t.is(written.length, 2);
  t.not(written[0], written[1]);
  t.false(written.some((bytes) => bytes.includes(hex(utf8('same')))));
});

/** Attacks by a person on the path, after the handshake. */
import type { Duplex } from 'node:stream';
import test from 'ava';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { attackedLink, listen } from '../../helpers/protocol/link-pair.ts';

test('attack: CLOSE is cut off together with the messages before it', async (t) => {
  const { client, daemon, streams } = await attackedLink({ toDaemon: () => [] });
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
  test(`attack: a person on the path ${name}`, async (t) => {
    for (const side of ['toDaemon', 'toClient'] as const) {
      const { client, daemon } = await attackedLink({ [side]: change });
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

test('attack: records of one link are spliced into another link of the same two ends', async (t) => {
  let copy: Buffer = Buffer.alloc(0);
  const one = await attackedLink({
    toDaemon: (c) => {
      copy = Buffer.from(c);
      return [c];
    },
  });
  const first = listen(one.daemon);
  one.client.send(utf8('yes'));
  await first.until(1);
  const two = await attackedLink({ toDaemon: () => [copy] });
  const second = listen(two.daemon);
  two.client.send(utf8('no'));
  t.like(await second.end, { name: 'ProtocolError', code: 'link' });
  t.deepEqual(second.messages, []);
});

test('attack: the records of the client are mirrored to it', async (t) => {
  let mirror: Duplex | null = null;
  const { client, streams } = await attackedLink({
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

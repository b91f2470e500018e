/** Attacks by an insider: a person on the path of a link who has the room key, as every member does. */
import test, { type ExecutionContext } from 'ava';
import { concat, utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { BroadcastSealer, type RoomKey } from '../../../src/protocol/link/broadcast.ts';
import { CONFIRM_TIME } from '../../../src/protocol/link/broadcast-confirmation.ts';
import type { LinkEnd } from '../../../src/protocol/link/link-inbox.ts';
import { acceptLink, connectLink } from '../../../src/protocol/link/link-setup.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { withEqualTag } from '../../helpers/protocol/equal-tag.ts';
import { accepting, connecting, linkPair, tamperedStreams } from '../../helpers/protocol/link-pair.ts';

const room = new Uint8Array(32).fill(1);
const clock = manualClock();

function newSealer(gen = 1): BroadcastSealer {
  return new BroadcastSealer({ room, gen, key: new Uint8Array(32).fill(40 + gen) }, clock);
}

/** The content of a broadcast, as the daemon encodes it. */
function contentOf(...texts: string[]): Uint8Array {
  return concat(...texts.flatMap((text) => [Uint8Array.of(0, 0, 0, text.length), utf8(text)]));
}

/** A broadcast that the insider seals with the room key at that counter. */
function forged({ gen, key }: RoomKey, counter: number, ...texts: string[]): Buffer {
  const sealer = new BroadcastSealer({ room, gen, key }, clock);
  for (let i = 0; i < counter; i++) sealer.seal(contentOf('x'));
  return Buffer.from(sealer.seal(contentOf(...texts)).bytes);
}

/** A link with a room. Once it is open, `change` gets each record to the client, and whether it is a broadcast. */
async function roomLink(
  t: ExecutionContext,
  change: (record: Buffer, broadcast: boolean) => Buffer[],
  watch = manualClock(),
) {
  let open = false;
  const path = tamperedStreams({
    toClient: (chunk) => (open ? change(chunk, (chunk[0] ?? 0) >= 0x80) : [chunk]),
  });
  const [client, daemon] = await Promise.all([
    connectLink(path.client, { ...connecting, clock: watch }),
    acceptLink(path.daemon, accepting),
  ]);
  t.teardown(() => {
    client.destroy();
    daemon.destroy();
  });
  open = true;
  const got: string[] = [];
  let wake = () => {};
  client.onBroadcast = (_room, message) => {
    got.push(Buffer.from(message).toString());
    wake();
  };
  client.onConfirmed = () => {
    got.push('confirmed');
    wake();
  };
  client.onMessage = (message) => {
    got.push(`own ${Buffer.from(message)}`);
    wake();
  };
  const end = new Promise<LinkEnd>((resolve) => {
    client.onClose = resolve;
  });
  const until = async (n: number) => {
    while (got.length < n) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const sealer = newSealer();
  daemon.setRoomKey(sealer.roomKey);
  const say = (...texts: string[]) => daemon.broadcast(sealer.seal(contentOf(...texts)));
  return { client, daemon, sealer, say, got, end, until, watch };
}

test('broadcasts arrive in order with the records of the link, which confirm them', async (t) => {
  const { daemon, say, got, until } = await roomLink(t, (record) => [record]);
  say('one', 'two');
  daemon.send(utf8('answer'));
  say('three');
  daemon.mark();
  // Every broadcast is confirmed: no mark is sent.
  daemon.mark();
  daemon.send(utf8('bye'));
  await until(7);
  t.deepEqual(got, ['one', 'two', 'confirmed', 'own answer', 'three', 'confirmed', 'own bye']);
});

test('a room without a key sends no broadcasts, and a new generation ends the one before', async (t) => {
  const { daemon, say, got, until } = await roomLink(t, (record) => [record]);
  say('one');
  const next = newSealer(2);
  daemon.setRoomKey(next.roomKey);
  daemon.broadcast(next.seal(contentOf('two')));
  daemon.dropRoom(room);
  t.throws(() => say('three'), { message: 'the link was not given the key of this room' });
  daemon.send(utf8('bye'));
  await until(5);
  t.deepEqual(got, ['one', 'confirmed', 'two', 'confirmed', 'own bye']);
});

/** Asserts that the link ends at the daemon's next own record, with only `shown` received and nothing confirmed. */
async function assertCaught(
  t: ExecutionContext,
  attack: (broadcasts: Buffer[], key: RoomKey) => Buffer[],
  shown: string[],
): Promise<void> {
  const held: Buffer[] = [];
  let key: RoomKey | null = null;
  const { daemon, sealer, say, got, end } = await roomLink(t, (record, broadcast) => {
    if (broadcast) {
      held.push(record);
      return [];
    }
    return held.length === 0 || key === null ? [record] : [...attack(held.splice(0), key), record];
  });
  key = sealer.roomKey;
  for (const text of ['one', 'two', 'three']) say(text);
  daemon.mark();
  const error = await end;
  t.true(error instanceof ProtocolError && error.code === 'link');
  t.deepEqual(got, shown);
}

test('attack: an insider drops the last broadcast', (t) =>
  assertCaught(t, ([a, b]) => [a, b] as Buffer[], ['one', 'two']));
test('attack: an insider drops one broadcast and seals the next ones again', (t) =>
  assertCaught(t, ([a], key) => [a, forged(key, 1, 'three')] as Buffer[], ['one', 'three']));
test('attack: an insider drops all broadcasts', (t) => assertCaught(t, () => [], []));
test('attack: an insider appends a broadcast', (t) =>
  assertCaught(t, (all, key) => [...all, forged(key, 3, 'four')], ['one', 'two', 'three', 'four']));
test('attack: an insider repeats a broadcast', (t) =>
  assertCaught(t, (all, key) => [...all, forged(key, 3, 'three')], ['one', 'two', 'three', 'three']));
test('attack: an insider reorders broadcasts', (t) =>
  assertCaught(t, ([a], key) => [a, forged(key, 1, 'three'), forged(key, 2, 'two')] as Buffer[], [
    'one',
    'three',
    'two',
  ]));
test('attack: an insider replaces a broadcast by another text with an equal tag', async (t) => {
  const text = 'a text of some length, longer than a few of the blocks';
  let key = new Uint8Array();
  const { daemon, sealer, say, got, end } = await roomLink(t, (record, broadcast) => {
    if (!broadcast) return [record];
    const [clear, sealed, tag] = [record.subarray(0, 8), record.subarray(8, -16), record.subarray(-16)];
    return [Buffer.from(concat(clear, withEqualTag(key, sealed, 1, new Uint8Array(16).fill(1)), tag))];
  });
  key = Uint8Array.from(sealer.roomKey.key);
  say(text);
  daemon.mark();
  const error = await end;
  t.true(error instanceof ProtocolError && error.code === 'link');
  t.is(got.length, 1);
  t.not(got[0], text);
});
test('attack: a person on the path moves a record of the link before a broadcast', async (t) => {
  let held: Buffer | null = null;
  const { daemon, say, got, end } = await roomLink(t, (record, broadcast) => {
    if (broadcast) {
      held = record;
      return [];
    }
    return held === null ? [record] : [record, held];
  });
  say('one');
  daemon.mark();
  t.true((await end) instanceof ProtocolError);
  t.deepEqual(got, []);
});

test('attack: a person without the key repeats or drops a broadcast, which is refused at the next one', async (t) => {
  for (const attack of [(a: Buffer) => [a, a], () => []]) {
    let done = false;
    const { say, got, end } = await roomLink(t, (record, broadcast) => {
      if (!broadcast || done) return [record];
      done = true;
      return attack(record);
    });
    say('one');
    say('two');
    t.true((await end) instanceof ProtocolError);
    t.true(got.length <= 1);
  }
});

test('attack: an insider goes on with a replaced key', async (t) => {
  let old: RoomKey | null = null;
  let broadcasts = 0;
  const { daemon, sealer, say, got, end } = await roomLink(t, (record, broadcast) =>
    broadcast && ++broadcasts === 2 && old !== null ? [forged(old, 1, 'late')] : [record],
  );
  old = sealer.roomKey;
  say('one');
  const next = newSealer(2);
  daemon.setRoomKey(next.roomKey);
  daemon.broadcast(next.seal(contentOf('two')));
  t.true((await end) instanceof ProtocolError);
  t.deepEqual(got, ['one', 'confirmed']);
});

test('attack: an insider holds back the records of the link, which ends after 5 s', async (t) => {
  let key: RoomKey | null = null;
  const { daemon, sealer, say, got, end, until, watch } = await roomLink(t, (record, broadcast) =>
    broadcast && key !== null ? [record, forged(key, 1, 'mine')] : key === null ? [record] : [],
  );
  key = sealer.roomKey;
  say('one');
  daemon.mark();
  await until(2);
  watch.advance(CONFIRM_TIME - 1);
  t.deepEqual(got, ['one', 'mine']);
  watch.advance(1);
  const error = await end;
  t.true(error instanceof ProtocolError && error.code === 'link');
});

test('a broadcast to a daemon is refused', async (t) => {
  const { client, daemon } = await roomLink(t, (record) => [record]);
  const end = new Promise<LinkEnd>((resolve) => {
    daemon.onClose = resolve;
  });
  client.setRoomKey(newSealer().roomKey);
  t.true((await end) instanceof ProtocolError);
});

test('a link that lags behind is closed; no broadcast is skipped', async (t) => {
  const { client, daemon } = await linkPair({ accept: { maxQueuedBytes: 100_000 } });
  client.onMessage = () => {};
  client.pause();
  const end = new Promise<LinkEnd>((resolve) => {
    daemon.onClose = resolve;
  });
  const sealer = newSealer();
  daemon.setRoomKey(sealer.roomKey);
  const record = () => sealer.seal(contentOf('x'.repeat(200)));
  for (let i = 0; i < 2_000; i++) daemon.broadcast(record());
  const error = await end;
  t.true(error instanceof ProtocolError && error.message === 'send queue is full');
  t.true(daemon.queuedBytes < 150_000);
});

import test from 'ava';
import {
  BroadcastChannel,
  MARK_MS,
  QUIET_MS,
  RETIRE_MS,
  type Subscriber,
} from '../../../src/daemon/sessions/broadcast-channel.ts';
import { equal, utf8 } from '../../../src/protocol/base/bytes.ts';
import type { Broadcast, RoomKey } from '../../../src/protocol/link/broadcast.ts';
import { CONFIRM_TIME } from '../../../src/protocol/link/broadcast-confirmation.ts';
import { recordLimits } from '../../../src/protocol/link/record-format.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const room = new Uint8Array(32).fill(1);

class TestSubscriber implements Subscriber {
  /** In order, what the link was given. */
  readonly heard: string[] = [];
  readonly keys: RoomKey[] = [];
  readonly records: Broadcast[] = [];
  readonly link = {
    setRoomKey: (key: RoomKey) => {
      this.keys.push(key);
      this.heard.push(`key ${key.gen} at ${key.counter}`);
    },
    dropRoom: () => this.heard.push('dropped'),
    broadcast: (broadcast: Broadcast) => {
      this.records.push(broadcast);
      this.heard.push(`broadcast ${broadcast.gen}`);
    },
    mark: () => this.heard.push('mark'),
  };

  send(event: Uint8Array): void {
    this.heard.push(`own ${Buffer.from(event)}`);
  }
}

function channel(limits = recordLimits) {
  const clock = manualClock();
  let flushes: (() => void)[] = [];
  let gen = 0;
  const room1 = new BroadcastChannel(room, {
    clock,
    limits,
    flusher: { schedule: (one) => flushes.push(() => one.flush()) },
    newKey: () => ({ gen: ++gen, key: new Uint8Array(32).fill(gen) }),
  });
  const flush = () => {
    for (const one of flushes) one();
    flushes = [];
  };
  const say = (...texts: string[]) => {
    for (const text of texts) room1.post(utf8(text));
    flush();
  };
  const ears = [new TestSubscriber(), new TestSubscriber(), new TestSubscriber()] as const;
  for (const ear of ears) room1.add(ear);
  const [a, b, c] = ears;
  /** What each subscriber heard since the last call. */
  const since = () => ears.map((ear) => ear.heard.splice(0).join(', '));
  return { channel: room1, clock, say, flush, since, a, b, c };
}

test('after a quiet time a message goes over each link, and the next ones as one record for everybody', (t) => {
  const { say, since, clock, a, b } = channel();
  say('one');
  say('two', 'three');
  t.deepEqual(since(), Array(3).fill('key 1 at 0, own one, broadcast 1'));
  t.true(a.records[0] === b.records[0]);
  clock.advance(QUIET_MS);
  say('four');
  t.deepEqual(since(), Array(3).fill('own four'));
});

test('a broadcast that no message confirms is confirmed by a mark before any client gives up', (t) => {
  const { say, since, clock } = channel();
  say('one');
  say('two');
  clock.advance(QUIET_MS - 100);
  say('three');
  since();
  clock.advance(MARK_MS - QUIET_MS + 99);
  t.deepEqual(since(), ['', '', '']);
  clock.advance(1);
  t.deepEqual(since(), ['mark', 'mark', 'mark']);
  clock.advance(10 * MARK_MS);
  t.deepEqual(since(), ['', '', '']);
  t.true(MARK_MS + 1000 < CONFIRM_TIME);
});

test('a later subscriber gets the current key; nobody is added twice', (t) => {
  const { channel, say, a } = channelOfTwoRecords();
  const late = new TestSubscriber();
  channel.add(late);
  channel.add(late);
  say('three');
  t.deepEqual(late.heard, ['key 1 at 2', 'broadcast 1']);
  t.true(equal(late.keys[0]?.chain ?? room, a.records[1]?.position.subarray(12) ?? new Uint8Array()));
});

function channelOfTwoRecords() {
  const made = channel();
  made.say('zero');
  made.say('one');
  made.say('two');
  return made;
}

test('a member who leaves hears what was said before, and has no key for what is said afterwards', (t) => {
  const { channel, say, flush, since, b } = channelOfTwoRecords();
  since();
  channel.post(utf8('before'));
  channel.expel(b);
  channel.expel(b);
  channel.post(utf8('after'));
  flush();
  t.deepEqual(since(), [
    'broadcast 1, key 2 at 0, broadcast 2',
    'broadcast 1, dropped',
    'broadcast 1, key 2 at 0, broadcast 2',
  ]);
  say('more');
  t.deepEqual(since(), ['broadcast 2', '', 'broadcast 2']);
});

test('a logged-out session has no key for what is said afterwards; a lost link within a minute', (t) => {
  const { channel, say, since, clock, a, b } = channelOfTwoRecords();
  since();
  channel.remove(b, true);
  say('after');
  t.deepEqual(since(), ['key 2 at 0, broadcast 2', '', 'key 2 at 0, broadcast 2']);
  const d = new TestSubscriber();
  channel.add(d);
  channel.remove(a, false);
  say('soon');
  t.is(since()[2], 'broadcast 2');
  clock.advance(RETIRE_MS);
  t.is(since()[2], 'mark, key 3 at 0');
  t.true(RETIRE_MS < 60_000);
  clock.advance(10 * RETIRE_MS);
  t.is(since()[2], '');
});

test('a key that is due is replaced in an idle room, too', (t) => {
  const { channel, since, clock, b } = channelOfTwoRecords();
  channel.remove(b, true);
  since();
  clock.advance(RETIRE_MS);
  t.is(since()[0], 'mark, key 2 at 0');
});

test('a key is replaced when it has sealed its limit, or after an hour', (t) => {
  const byCount = channel({ ...recordLimits, records: 2 });
  for (const text of ['own', '1', '2', '3']) byCount.say(text);
  t.is(byCount.since()[0], 'key 1 at 0, own own, broadcast 1, broadcast 1, key 2 at 0, broadcast 2');
  const byAge = channelOfTwoRecords();
  byAge.clock.advance(recordLimits.age);
  byAge.say('quiet');
  byAge.since();
  byAge.say('after an hour');
  t.is(byAge.since()[0], 'key 2 at 0, broadcast 2');
});

test('a room with one subscriber gets no broadcasts, and an empty room has no key', (t) => {
  const { channel, say, since, clock, a, b, c } = channelOfTwoRecords();
  channel.remove(b, false);
  channel.remove(c, false);
  since();
  say('alone');
  t.is(since()[0], 'own alone');
  channel.remove(a, false);
  say('nobody');
  t.deepEqual(since(), ['', '', '']);
  t.deepEqual(clock.pending(), []);
  channel.add(a);
  t.is(since()[0], 'key 2 at 0');
});

test('many large messages at once become several records, none too large', (t) => {
  const { channel, say, flush, a } = channelOfTwoRecords();
  for (let i = 0; i < 9; i++) channel.post(new Uint8Array(65_000));
  flush();
  say('end');
  const sizes = a.records.slice(2).map(({ bytes }) => bytes.length);
  t.is(sizes.length, 4);
  t.true(sizes.every((size) => size <= 262_144 + 512 + 24));
});

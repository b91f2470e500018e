import test from 'ava';
import fc from 'fast-check';
import { concat, equal, hex, utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import {
  BroadcastOpener,
  BroadcastPositions,
  BroadcastSealer,
  broadcastPosition,
  decodeRoomKey,
  encodeRoomKey,
  type RoomKey,
} from '../../../src/protocol/link/broadcast.ts';
import { type RecordLimits, recordLimits } from '../../../src/protocol/link/record-format.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { damaged } from '../../helpers/protocol/damage.ts';
import { withEqualTag } from '../../helpers/protocol/equal-tag.ts';

const room = new Uint8Array(32).fill(1);
const otherRoom = new Uint8Array(32).fill(2);
const key = new Uint8Array(32).fill(3);
const header = Uint8Array.of(0, 0, 0, 17);
const refused = { name: 'ProtocolError', code: 'link' } as const;

const sealer = (about = { room, gen: 7, key }, limits: RecordLimits = recordLimits, clock = manualClock()) =>
  new BroadcastSealer(about, clock, limits);

function opener(...keys: RoomKey[]): BroadcastOpener {
  const opener = new BroadcastOpener(new BroadcastPositions());
  for (const one of keys) opener.setKey(one);
  return opener;
}

const open = (by: BroadcastOpener, record: Uint8Array) => by.open(record.subarray(0, 4), record.subarray(4));
const content = fc.uint8Array({ minLength: 1, maxLength: 2000 });

test('broadcasts open in order, and sealer and opener reach the same position', (t) => {
  fc.assert(
    fc.property(fc.array(content, { maxLength: 12 }), fc.nat({ max: 12 }), (contents, late) => {
      const s = sealer();
      const first = opener(s.roomKey);
      let second: BroadcastOpener | null = null;
      for (const [i, plain] of contents.entries()) {
        // A subscriber joins here.
        if (i === late) second = opener(s.roomKey);
        const { bytes, position } = s.seal(plain);
        for (const by of second === null ? [first] : [first, second]) {
          const opened = open(by, bytes);
          t.true(equal(opened.content, plain) && equal(opened.room, room));
          t.true(equal(by.positions.aad(header), concat(header, position)));
        }
      }
      t.true(equal(broadcastPosition(s.roomKey), first.positions.aad(header).subarray(4)));
    }),
  );
});

test('a broadcast has the bytes that PROTOCOL.md describes', (t) => {
  const { bytes } = sealer().seal(utf8('hello'));
  t.is(hex(bytes.subarray(0, 8)), '8000001900000007');
  t.is(bytes.length, 4 + 4 + 5 + 16);
});

test('attack: a damaged broadcast is refused', (t) => {
  const s = sealer();
  const key = s.roomKey;
  const record = s.seal(utf8('hello to all of you')).bytes;
  fc.assert(
    fc.property(damaged(record), (changed) => {
      fc.pre(changed.length > 4 && !equal(changed, record));
      t.throws(() => open(opener(key), changed), refused);
    }),
  );
});

test('attack: a broadcast is refused if it is not the next one of its room and generation', (t) => {
  const s = sealer();
  const start = s.roomKey;
  const foreign = [
    sealer({ room: otherRoom, gen: 7, key }).seal(utf8('of another room')).bytes,
    sealer({ room, gen: 8, key }).seal(utf8('of another generation')).bytes,
    sealer({ room, gen: 7, key: new Uint8Array(32).fill(4) }).seal(utf8('under another key')).bytes,
  ];
  const records = ['a', 'b', 'c', 'd'].map((text) => s.seal(utf8(text)).bytes);
  const all = [...records, ...foreign];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: all.length - 1 }), { minLength: 1, maxLength: 8 }), (order) => {
      const o = opener(start);
      for (const [next, which] of order.entries()) {
        const record = all[which] ?? new Uint8Array();
        if (which === next) t.notThrows(() => open(o, record));
        else {
          t.throws(() => open(o, record), refused);
          return;
        }
      }
    }),
  );
});

test('attack: a text with an equal tag, made with the key, opens and leads to another position', (t) => {
  const s = sealer();
  const known = s.roomKey;
  const { bytes, position } = s.seal(utf8('pay alice 100, pay bob 200, pay carol 300, and that is all of it'));
  const other = concat(
    bytes.subarray(0, 8),
    withEqualTag(key, bytes.subarray(8, -16), 1, new Uint8Array(16).fill(0x55)),
    bytes.subarray(-16),
  );
  t.false(equal(other, bytes));
  t.true(equal(other.subarray(-16), bytes.subarray(-16)));
  const o = opener(known);
  t.notThrows(() => open(o, other));
  t.false(equal(o.positions.aad(header), concat(header, position)));
});

test('a new key ends the old one, each key is set once, and a dropped room is over', (t) => {
  const old = sealer();
  const next = sealer({ room, gen: 8, key: new Uint8Array(32).fill(9) });
  const o = opener(old.roomKey);
  open(o, old.seal(utf8('one')).bytes);
  o.setKey(next.roomKey);
  t.throws(() => open(o, old.seal(utf8('two')).bytes), refused);
  t.throws(() => o.setKey(next.roomKey), refused);
  t.notThrows(() => open(o, next.seal(utf8('three')).bytes));
  o.drop(room);
  t.throws(() => open(o, next.seal(utf8('four')).bytes), refused);
  t.throws(() => o.drop(room), refused);
  t.true(equal(o.positions.aad(header), header));
});

test('positions are ordered by room id, not by the order of their keys', (t) => {
  const a = sealer().roomKey;
  const b = sealer({ room: otherRoom, gen: 3, key }).roomKey;
  const one = opener(a, b).positions.aad(header);
  t.true(equal(one, opener(b, a).positions.aad(header)));
  t.true(equal(one, concat(header, broadcastPosition(a), broadcastPosition(b))));
});

test('a key expires by records, by bytes and by time', (t) => {
  const byRecords = sealer(undefined, { ...recordLimits, records: 2 });
  byRecords.seal(utf8('a'));
  t.false(byRecords.isExhausted(1));
  byRecords.seal(utf8('b'));
  t.true(byRecords.isExhausted(1));
  const byBytes = sealer(undefined, { ...recordLimits, bytes: 100 });
  t.false(byBytes.isExhausted(100 - 24));
  t.true(byBytes.isExhausted(100 - 23));
  byBytes.seal(new Uint8Array(50));
  t.true(byBytes.isExhausted(10));
  const clock = manualClock();
  const byTime = sealer(undefined, recordLimits, clock);
  clock.advance(recordLimits.age - 1);
  t.false(byTime.isExhausted(1));
  clock.advance(1);
  t.true(byTime.isExhausted(1));
  const stopped = new BroadcastOpener(new BroadcastPositions(), { ...recordLimits, hardStop: 1 });
  const s = sealer();
  stopped.setKey(s.roomKey);
  open(stopped, s.seal(utf8('a')).bytes);
  t.throws(() => open(stopped, s.seal(utf8('b')).bytes), refused);
});

test('a room key is decoded as it was encoded, and other bytes are refused', (t) => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
  const key = fc.record({
    room: bytes(32),
    gen: fc.nat({ max: 0xffffffff }),
    key: bytes(32),
    counter: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    chain: bytes(32),
  });
  fc.assert(
    fc.property(key, (one) => {
      t.true(equal(encodeRoomKey(decodeRoomKey(encodeRoomKey(one))), encodeRoomKey(one)));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
      fc.pre(some.length !== 108);
      t.throws(() => decodeRoomKey(some), { instanceOf: ProtocolError });
    }),
  );
});

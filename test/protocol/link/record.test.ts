import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { concat, equal, utf8 } from '../../../src/protocol/base/bytes.ts';
import { RecordOpener, RecordSealer } from '../../../src/protocol/link/record.ts';
import {
  LARGE_RECORD,
  type RecordType,
  recordLimits,
  recordType,
  SMALL_RECORD,
} from '../../../src/protocol/link/record-format.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const key = new Uint8Array(32).fill(3);
const refused = {
  name: 'ProtocolError',
  code: 'link',
  message: 'the link carried a record that is not the next one of its sender',
} as const;

const sealer = (limits = recordLimits, clock = manualClock()) => new RecordSealer(key, clock, limits);
const opener = (max = LARGE_RECORD, limits = recordLimits) => new RecordOpener(key, max, limits);

/** The records in these pieces, in order, as type and hex. */
function openAll(opener: RecordOpener, pieces: Uint8Array[]): string[] {
  return pieces.flatMap((piece) =>
    [...opener.push(piece)].map(({ type, body }) => `${type}:${Buffer.from(body).toString('hex')}`),
  );
}

/** Cuts `stream` at these places. */
function cut(stream: Uint8Array, at: number[]): Uint8Array[] {
  const places = [0, ...at.map((n) => n % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return places.slice(1).map((end, i) => stream.subarray(places[i], end));
}

const type = fc.constantFrom(recordType.confirm, recordType.messages, recordType.segment, recordType.close);
const body = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 2000, maxLength: 20_000 }));
const record = fc.record({ type, body });

test('records are the same however the stream is split', (t) => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), (records, places) => {
      const s = sealer();
      const stream = concat(...records.flatMap((r) => s.seal(r.type, r.body)));
      const expected = records.map((r) => `${r.type}:${Buffer.from(r.body).toString('hex')}`);
      t.deepEqual(openAll(opener(), cut(stream, places)), expected);
    }),
  );
  const s = sealer();
  const stream = concat(...s.seal(recordType.messages, utf8('one')), ...s.seal(recordType.messages, utf8('two')));
  t.is(
    openAll(
      opener(),
      Array.from(stream, (byte) => Uint8Array.of(byte)),
    ).length,
    2,
  );
});

test('the largest record opens, whole and in pieces, twice', (t) => {
  const large = new Uint8Array(LARGE_RECORD - 1).fill(5);
  const s = sealer();
  const o = opener();
  for (const places of [[], [100_000, 200_000]]) {
    const [got] = cut(concat(...s.seal(recordType.segment, large)), places).flatMap((piece) => [...o.push(piece)]);
    t.true(got !== undefined && equal(got.body, large));
  }
});

/** Asserts that four records after `change` are refused, and that exactly the first `good` of them open. */
function assertRefusedAfter(t: ExecutionContext, change: (sealed: Uint8Array[]) => Uint8Array[], good: number): void {
  const s = sealer();
  const sealed = ['a', 'b', 'c', 'd'].map((text) => concat(...s.seal(recordType.messages, utf8(text))));
  const o = opener();
  const got: string[] = [];
  t.throws(() => {
    for (const { body } of o.push(concat(...change(sealed)))) got.push(Buffer.from(body).toString());
  }, refused);
  t.deepEqual(got, ['a', 'b', 'c', 'd'].slice(0, good));
}

test('a record that is dropped, repeated, reordered or of another link is refused', (t) => {
  assertRefusedAfter(t, ([a, , c, d]) => [a, c, d] as Uint8Array[], 1);
  assertRefusedAfter(t, ([a, b, , d]) => [a, b, b, d] as Uint8Array[], 2);
  assertRefusedAfter(t, ([a, b, c, d]) => [b, a, c, d] as Uint8Array[], 0);
  const stranger = new RecordSealer(new Uint8Array(32).fill(4), manualClock());
  const foreign = concat(...stranger.seal(recordType.messages, utf8('x')));
  assertRefusedAfter(t, ([a, , c, d]) => [a, foreign, c, d] as Uint8Array[], 1);
});

test('a flipped bit, a missing or an extra byte is refused, or the reader waits for more', (t) => {
  const s = sealer();
  const first = concat(...s.seal(recordType.messages, utf8('first')));
  const second = concat(...s.seal(recordType.messages, utf8('second')));
  const rest = concat(...s.seal(recordType.messages, new Uint8Array(600)));
  const change = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: fc.nat(second.length - 1), bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('drop' as const), at: fc.nat(second.length - 1), bit: fc.constant(0) }),
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(second.length - 1), bit: fc.nat(255) }),
  );
  fc.assert(
    fc.property(change, fc.array(fc.nat(), { maxLength: 4 }), ({ kind, at, bit }, places) => {
      const bytes = Array.from(second);
      if (kind === 'flip') bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      if (kind === 'drop') bytes.splice(at, 1);
      if (kind === 'insert') bytes.splice(at, 0, bit);
      // Inserting a byte equal to the next one, or dropping one of two equal bytes, changes nothing in the record.
      fc.pre(!equal(concat(Uint8Array.from(bytes), rest).subarray(0, second.length), second));
      const o = opener(SMALL_RECORD);
      const got: string[] = [];
      let error: unknown = null;
      try {
        for (const piece of cut(concat(first, Uint8Array.from(bytes), rest), places)) {
          for (const { body } of o.push(piece)) got.push(Buffer.from(body).toString());
        }
      } catch (thrown) {
        error = thrown;
      }
      t.deepEqual(got, ['first']);
      if (error !== null) t.like(error, { name: refused.name, code: refused.code });
      else t.true(at < 4, 'only a longer length can make it wait');
    }),
  );
});

test('a truncated record gives nothing, and no error before the stream ends', (t) => {
  const sealed = concat(...sealer().seal(recordType.messages, utf8('text')));
  for (let n = 0; n < sealed.length; n++) t.deepEqual(openAll(opener(), [sealed.subarray(0, n)]), []);
});

test('a length that is too large is refused at its fourth byte', (t) => {
  const late = { ...refused, message: `a record of more than ${LARGE_RECORD} bytes was announced` };
  const early = { ...refused, message: new RegExp(`^a record of more than ${SMALL_RECORD} bytes .* before login`) };
  const claims = [
    [0xffffffff, LARGE_RECORD, refused],
    [LARGE_RECORD + 17, LARGE_RECORD, late],
    [SMALL_RECORD + 17, SMALL_RECORD, early],
    [16, LARGE_RECORD, refused],
    [0, LARGE_RECORD, refused],
  ] as const;
  for (const [claim, max, error] of claims) {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(claim);
    const o = opener(max);
    t.deepEqual(openAll(o, [header.subarray(0, 3)]), []);
    t.throws(() => openAll(o, [header.subarray(3)]), error, `${claim}`);
  }
  const s = sealer();
  const whole = concat(...s.seal(recordType.messages, new Uint8Array(SMALL_RECORD - 1)));
  t.is(openAll(opener(SMALL_RECORD), [whole]).length, 1);
});

test('an unknown record type is refused', (t) => {
  for (const type of [0, 9, 255]) {
    t.throws(() => openAll(opener(), sealer().seal(type as RecordType, utf8('x'))), refused);
  }
  t.throws(() => openAll(opener(), sealer().seal(recordType.rekey, utf8('x'))), refused);
});

const small = { records: 4, bytes: 2 ** 30, age: 3_600_000, hardStop: 2 ** 24 };

test('rekey: REKEY is the last record under a key, and the reader follows', (t) => {
  const s = sealer(small);
  const o = opener();
  const sizes: number[] = [];
  const got: string[] = [];
  for (let i = 0; i < 8; i++) {
    const pieces = s.seal(recordType.messages, utf8(`${i}`));
    sizes.push(pieces.length);
    got.push(...openAll(o, pieces));
  }
  t.deepEqual(sizes, [1, 1, 1, 2, 1, 1, 2, 1]);
  t.is(got.length, 8);
});

test('rekey: the writer changes its key by bytes and by age', (t) => {
  const byBytes = sealer({ ...small, records: 2 ** 20, bytes: 1000 });
  const o = opener();
  const sizes = Array.from({ length: 5 }, () => {
    const pieces = byBytes.seal(recordType.messages, new Uint8Array(300));
    t.is(openAll(o, pieces).length, 1);
    return pieces.length;
  });
  t.deepEqual(sizes, [1, 1, 1, 2, 1]);

  const clock = manualClock();
  const byAge = sealer(recordLimits, clock);
  const counts = [0, 3_599_999, 1, 0, 3_600_000].map((ms) => {
    clock.advance(ms);
    return byAge.seal(recordType.messages, utf8('x')).length;
  });
  t.deepEqual(counts, [1, 1, 2, 1, 2]);
});

test('rekey: the limits are those of PROTOCOL.md', (t) => {
  t.deepEqual(recordLimits, { records: 1_048_576, bytes: 1_073_741_824, age: 3_600_000, hardStop: 16_777_216 });
});

test('rekey: a dropped or repeated REKEY is refused, and so is a record under the old key', (t) => {
  const s = sealer(small);
  const first = [0, 1, 2].map((n) => concat(...s.seal(recordType.messages, Uint8Array.of(n))));
  const [rekey, next] = s.seal(recordType.messages, utf8('next'));
  if (!rekey || !next) return t.fail();
  t.is(openAll(opener(), [...first, rekey, next]).length, 4);
  for (const stream of [
    [...first, next],
    [...first, rekey, rekey],
    [...first, rekey, first[0] ?? next],
  ]) {
    t.throws(() => openAll(opener(), stream), refused);
  }
});

test('rekey: a peer that never rekeys is cut off', (t) => {
  const s = sealer();
  const o = opener(LARGE_RECORD, { ...recordLimits, hardStop: 3 });
  for (let i = 0; i < 3; i++) t.is(openAll(o, s.seal(recordType.messages, utf8('x'))).length, 1);
  t.throws(() => openAll(o, s.seal(recordType.messages, utf8('x'))), refused);
});

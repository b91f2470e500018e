import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  SEGMENT_OVERHEAD,
  SEGMENT_SIZES,
  SegmentOpener,
  SegmentSealer,
  segmentCount,
  segmentLength,
} from '../../../src/protocol/sealed/file.ts';
import { damaged } from '../../helpers/protocol/damage.ts';

const refused = { instanceOf: ProtocolError, code: 'file', message: 'a segment does not belong to its file' };
const segSize = 65_536;
const file = { fileId: randomBytes(16), size: 2 * segSize + 10, segSize, key: randomBytes(32) };
const plain = [randomBytes(segSize), randomBytes(segSize), randomBytes(10)];
const sealer = new SegmentSealer(file, systemRandom);
const sealed = plain.map((part, i) => sealer.seal(i, part));
const manifest: Manifest = { ...file, count: 3, sha256: randomBytes(32), name: '../users.txt', type: 'text/plain' };

test('segments open in any order', (t) => {
  const opener = new SegmentOpener(file);
  for (const i of [2, 0, 1, 0]) t.deepEqual(opener.open(i, sealed[i] ?? new Uint8Array()), plain[i]);
  t.deepEqual(
    sealed.map((each, i) => each.length - (plain[i]?.length ?? 0)),
    [28, 28, 28],
  );
});

test('every size is split without a rest, an empty file into one segment', (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 40 }), fc.constantFrom(...SEGMENT_SIZES), (size, seg) => {
      const count = segmentCount(size, seg);
      t.true(count >= 1);
      t.is((count - 1) * seg + segmentLength({ size, segSize: seg }, count - 1), size);
      t.true(size === 0 || segmentLength({ size, segSize: seg }, count - 1) > 0);
      for (const none of [count, -1, 0.5]) t.throws(() => segmentLength({ size, segSize: seg }, none), refused);
    }),
  );
  const empty = { ...file, size: 0 };
  const only = new SegmentSealer(empty, systemRandom).seal(0, new Uint8Array());
  t.is(only.length, SEGMENT_OVERHEAD);
  t.is(new SegmentOpener(empty).open(0, only).length, 0);
});

test('a damaged segment is refused', (t) => {
  const small = { ...file, size: 10 };
  const opener = new SegmentOpener(small);
  fc.assert(
    fc.property(damaged(new SegmentSealer(small, systemRandom).seal(0, randomBytes(10))), (bytes) => {
      t.throws(() => opener.open(0, bytes), refused);
    }),
  );
});

test('a segment of another place, file or segment size is refused', (t) => {
  const opener = new SegmentOpener(file);
  t.throws(() => opener.open(1, sealed[0] ?? new Uint8Array()), refused);
  t.throws(() => opener.open(0, sealed[1] ?? new Uint8Array()), refused);
  const first = sealed[0] ?? new Uint8Array();
  const others = {
    'other id': { ...file, fileId: randomBytes(16) },
    'other key': { ...file, key: randomBytes(32) },
    'other size': { ...file, size: file.size + 1 },
    'cut after the first, which is then the last': { ...file, size: segSize },
  };
  for (const [what, other] of Object.entries(others))
    t.throws(() => new SegmentOpener(other).open(0, first), refused, what);
  t.deepEqual(opener.open(0, first), plain[0]);
});

test('the last segment is marked: a file cannot be cut between segments', (t) => {
  const two = { ...file, size: 2 * segSize };
  const [head] = [new SegmentSealer(two, systemRandom).seal(0, plain[0] ?? new Uint8Array())];
  t.throws(() => new SegmentOpener({ ...two, size: segSize }).open(0, head), refused);
});

test('resuming a changed file repeats no nonce', (t) => {
  const a = randomBytes(segSize);
  const b = randomBytes(segSize);
  const again = new SegmentSealer(file, systemRandom);
  const [x, y] = [sealer.seal(0, a), again.seal(0, b)];
  t.notDeepEqual(x.subarray(0, 12), y.subarray(0, 12));
  const xor = (p: Uint8Array, q: Uint8Array) => p.map((byte, i) => byte ^ (q[i] ?? 0));
  t.notDeepEqual(xor(x.subarray(12, 76), y.subarray(12, 76)), xor(a, b).subarray(0, 64));
});

test('a file with another size than announced is not sealed', (t) => {
  for (const size of [0, 9, 11])
    t.throws(() => sealer.seal(2, new Uint8Array(size)), { instanceOf: ProtocolError, code: 'file' });
});

test('a manifest is decoded as it was encoded', (t) => {
  fc.assert(
    fc.property(
      fc.record({
        fileId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
        size: fc.maxSafeNat(),
        segSize: fc.constantFrom(...SEGMENT_SIZES),
        key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        name: fc
          .string({ minLength: 1, maxLength: 60, unit: 'grapheme-composite' })
          .filter((s) => Buffer.byteLength(s) <= 255),
        type: fc.string({ maxLength: 127 }),
      }),
      (given) => {
        const whole = { ...given, count: segmentCount(given.size, given.segSize) };
        const back = decodeManifest(encodeManifest(whole));
        t.deepEqual(encodeManifest(back), encodeManifest(whole));
        t.like(back, { size: whole.size, count: whole.count, name: whole.name, type: whole.type });
      },
    ),
  );
});

test('a manifest that contradicts itself is refused', (t) => {
  const wrong = { instanceOf: ProtocolError, code: 'file', message: 'not a manifest' };
  for (const change of [
    { count: 2 },
    { count: 4 },
    { segSize: 65_537 },
    { segSize: 0 },
    { name: '' },
    { name: 'x'.repeat(256) },
    { type: 'x'.repeat(128) },
  ])
    t.throws(() => encodeManifest({ ...manifest, ...change }), wrong, JSON.stringify(change));
  const bytes = encodeManifest(manifest);
  for (let length = 0; length < bytes.length; length++)
    t.throws(() => decodeManifest(bytes.subarray(0, length)), wrong);
  t.throws(() => decodeManifest(Uint8Array.from([...bytes, 0])), wrong);
});

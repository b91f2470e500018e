import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { type Content, decodeContent, encodeContent, MAX_RECEIPT_IDS } from '../../../src/protocol/sealed/content.ts';
import { SEGMENT_SIZES, segmentCount } from '../../../src/protocol/sealed/file.ts';

const exactly = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const ref = fc.record({ author: exactly(32), id: exactly(16) });
const text = fc
  .string({ minLength: 1, maxLength: 1000, unit: 'grapheme-composite' })
  .filter((s) => Buffer.byteLength(s) <= 4096);
const manifest = fc
  .record({
    fileId: exactly(16),
    size: fc.maxSafeNat(),
    segSize: fc.constantFrom(...SEGMENT_SIZES),
    key: exactly(32),
    sha256: exactly(32),
    name: fc.string({ minLength: 1, maxLength: 80 }),
    type: fc.string({ maxLength: 80 }),
  })
  .map((m) => ({ ...m, count: segmentCount(m.size, m.segSize) }));

const contents: fc.Arbitrary<Content> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), text }),
  fc.record({ kind: fc.constant('reply' as const), to: ref, text }),
  fc.record({ kind: fc.constant('edit' as const), target: exactly(16), text }),
  fc.record({ kind: fc.constant('delete' as const), target: exactly(16) }),
  fc.record({
    kind: fc.constant('reaction' as const),
    to: ref,
    emoji: fc.constantFrom('👍', '❤️', '👩🏽‍💻'),
    on: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('manifest' as const), manifest }),
  fc.record({
    kind: fc.constant('receipt' as const),
    ids: fc.array(exactly(16), { minLength: 1, maxLength: MAX_RECEIPT_IDS }),
  }),
  fc.record({
    kind: fc.constant('invitation' as const),
    room: exactly(32),
    entry: exactly(32),
    info: fc.record({
      nonce: exactly(16),
      name: fc.constantFrom('team', 'Андрей'),
      topic: fc.string({ maxLength: 80 }),
    }),
    epochKey: fc.option(fc.record({ epochId: exactly(32), key: exactly(32) })),
  }),
  fc.record({ kind: fc.constant('life' as const), seconds: fc.nat(0xffffffff) }),
  fc.record({ kind: fc.constant('removal' as const), of: ref }),
  fc
    .record({ kind: fc.constant('unknown' as const), code: fc.integer({ min: 64, max: 255 }), body: fc.uint8Array() })
    .map((content) => ({ ...content, shown: content.code < 128 })),
);

test('every kind of content is decoded as it was encoded', (t) => {
  fc.assert(
    fc.property(contents, (content) => {
      const { kind, body } = encodeContent(content);
      // structuredClone turns Buffers into plain Uint8Arrays.
      t.deepEqual(structuredClone(decodeContent(kind, body)), content);
    }),
  );
});

test('any bytes are refused, or are content with exactly this encoding', (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 80 }), fc.uint8Array({ maxLength: 300 }), (kind, body) => {
      try {
        const content = decodeContent(kind, body);
        t.deepEqual(Uint8Array.from(encodeContent(content).body), body);
      } catch (error) {
        t.true(error instanceof ProtocolError && error.code === 'layout');
      }
    }),
    { numRuns: 2000 },
  );
});

test('a text has 1 to 4,096 bytes of UTF-8, not characters', (t) => {
  const wrong = { instanceOf: ProtocolError, code: 'text' };
  for (const s of ['x', 'x'.repeat(4096), 'é'.repeat(2048), '😀'.repeat(1024), '<END>', 'a\nb']) {
    const { kind, body } = encodeContent({ kind: 'text', text: s });
    t.deepEqual(decodeContent(kind, body), { kind: 'text', text: s });
  }
  for (const s of ['', 'x'.repeat(4097), 'é'.repeat(2049)])
    t.throws(() => encodeContent({ kind: 'text', text: s }), wrong);
  t.throws(() => encodeContent({ kind: 'edit', target: new Uint8Array(16), text: '' }), wrong);
});

test('malformed content is refused', (t) => {
  const wrong = { instanceOf: ProtocolError, code: 'layout' };
  const cases: [string, number, Uint8Array][] = [
    ['no such kind', 0, Uint8Array.of(65)],
    ['no such kind', 8, Uint8Array.of(65)],
    ['not UTF-8', 1, Uint8Array.of(0xc3, 0x28)],
    ['an overlong form', 1, Uint8Array.of(0xc0, 0x80)],
    ['a surrogate', 1, Uint8Array.of(0xed, 0xa0, 0x80)],
    ['half a target', 4, new Uint8Array(15)],
    ['more than a target', 4, new Uint8Array(17)],
    ['a reaction neither on nor off', 5, Uint8Array.from([...new Uint8Array(48), 2, 65])],
    ['a reaction of nothing', 5, Uint8Array.from([...new Uint8Array(48), 1])],
    ['a long reaction', 5, Uint8Array.from([...new Uint8Array(48), 1, ...new Uint8Array(65).fill(65)])],
    ['a receipt for nothing', 7, new Uint8Array()],
    ['half an id', 7, new Uint8Array(24)],
    ['too many ids', 7, new Uint8Array(16 * (MAX_RECEIPT_IDS + 1))],
  ];
  for (const [what, kind, body] of cases) t.throws(() => decodeContent(kind, body), wrong, what);
});

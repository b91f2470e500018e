import test from 'ava';
import fc from 'fast-check';
import { decodeEntryBody, encodeEntryBody } from '../../../src/client/notes/entry-body.ts';

const said = fc.record({
  from: fc.string({ minLength: 1, maxLength: 32, unit: 'grapheme' }),
  sentAt: fc.maxSafeNat(),
  late: fc.boolean(),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  content: fc
    .string({ minLength: 1, maxLength: 500, unit: 'grapheme' })
    .map((text) => ({ kind: 'text' as const, text })),
});

test("an entry's text is decoded as it was encoded", (t) => {
  fc.assert(
    fc.property(said, (one) => {
      const { hash, ...rest } = decodeEntryBody(encodeEntryBody(one));
      t.deepEqual({ ...rest, hash: Uint8Array.from(hash) }, one);
    }),
  );
});

test('a text that is cut off or of another version is refused', (t) => {
  fc.assert(
    fc.property(said, fc.nat(), (one, at) => {
      const bytes = encodeEntryBody(one);
      // A cut inside the text leaves a shorter text, which only the seal around it reveals.
      const head = bytes.length - new TextEncoder().encode(one.content.text).length;
      t.throws(() => decodeEntryBody(bytes.subarray(0, at % head)), { name: 'ProtocolError' });
      t.throws(() => decodeEntryBody(Uint8Array.from([2, ...bytes.subarray(1)])), { code: 'version' });
    }),
  );
});

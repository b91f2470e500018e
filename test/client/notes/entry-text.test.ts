import test from 'ava';
import fc from 'fast-check';
import { decodeSaid, encodeSaid } from '../../../src/client/notes/entry-text.ts';

const said = fc.record({
  from: fc.string({ minLength: 1, maxLength: 32, unit: 'grapheme' }),
  sentAt: fc.maxSafeNat(),
  late: fc.boolean(),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  content: fc
    .string({ minLength: 1, maxLength: 500, unit: 'grapheme' })
    .map((text) => ({ kind: 'text' as const, text })),
});

test('what was said comes back as it was', (t) => {
  fc.assert(
    fc.property(said, (one) => {
      const { hash, ...rest } = decodeSaid(encodeSaid(one));
      t.deepEqual({ ...rest, hash: Uint8Array.from(hash) }, one);
    }),
  );
});

test('what was cut short, or is of another version, is refused', (t) => {
  fc.assert(
    fc.property(said, fc.nat(), (one, at) => {
      const bytes = encodeSaid(one);
      // A cut inside the text leaves a shorter text: the seal around it is what tells.
      const head = bytes.length - new TextEncoder().encode(one.content.text).length;
      t.throws(() => decodeSaid(bytes.subarray(0, at % head)), { name: 'ProtocolError' });
      t.throws(() => decodeSaid(Uint8Array.from([2, ...bytes.subarray(1)])), { code: 'version' });
    }),
  );
});

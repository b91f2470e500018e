import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { safetyNumber } from '../../../src/protocol/account/safety-number.ts';

const fingerprint = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('both sides see the same 12 groups of 5 digits', (t) => {
  fc.assert(
    fc.property(fingerprint, fingerprint, (a, b) => {
      t.regex(safetyNumber(a, b), /^\d{5}( \d{5}){11}$/);
      t.is(safetyNumber(a, b), safetyNumber(b, a));
    }),
  );
});

test('another identity gives another number', (t) => {
  fc.assert(
    fc.property(fingerprint, fingerprint, fc.nat({ max: 31 }), fc.integer({ min: 1, max: 255 }), (a, b, at, bits) => {
      const other = b.map((byte, i) => (i === at ? byte ^ bits : byte));
      t.not(safetyNumber(a, b), safetyNumber(a, other));
    }),
  );
});

test('the number is the one that PROTOCOL.md describes', (t) => {
  const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const part = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const tag = Buffer.from('securechat/v2/safety');
  const block = (counter: number) =>
    createHash('sha256')
      .update(Buffer.concat([Buffer.from([tag.length]), tag, part(a), part(b), part(Uint8Array.of(counter))]))
      .digest();
  const stream = Buffer.concat([block(0), block(1)]);
  const groups = Array.from({ length: 12 }, (_, i) => stream.readUIntBE(5 * i, 5) % 100_000);
  t.is(safetyNumber(b, a), groups.map((group) => `${group}`.padStart(5, '0')).join(' '));
});

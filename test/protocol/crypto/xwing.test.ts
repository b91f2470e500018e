import { readFileSync } from 'node:fs';
import { ml_kem768_x25519 as reference } from '@noble/post-quantum/hybrid.js';
import test from 'ava';
import fc from 'fast-check';
import { equal, fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import {
  decapsulate,
  encapsulate,
  isXWingKey,
  missingMlKem,
  XWING_CIPHERTEXT_BYTES,
  XWING_KEY_BYTES,
  xwingPublicKey,
} from '../../../src/protocol/crypto/xwing.ts';
import { LOW_ORDER_POINTS } from '../../helpers/protocol/small-order.ts';

type Vector = Record<'seed' | 'publicKey' | 'encapsulationSeed' | 'ciphertext' | 'secret', string>;
const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/xwing.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const seed = new Uint8Array(32).fill(7);

function withPart(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(part, at);
  return changed;
}

test('agrees with the vectors of the draft', (t) => {
  t.is(vectors.length, 3);
  for (const vector of vectors) {
    t.is(hex(xwingPublicKey(fromHex(vector.seed))), vector.publicKey);
    t.is(hex(decapsulate(fromHex(vector.seed), fromHex(vector.ciphertext))), vector.secret);
    const made = reference.encapsulate(fromHex(vector.publicKey), fromHex(vector.encapsulationSeed));
    t.is(hex(made.cipherText), vector.ciphertext);
  }
});

test('agrees with a second implementation, both ways', (t) => {
  fc.assert(
    fc.property(seeds, (random) => {
      const key = xwingPublicKey(random);
      t.deepEqual(Uint8Array.from(key), reference.getPublicKey(random));
      const ours = encapsulate(key);
      t.is(hex(reference.decapsulate(ours.ciphertext, random)), hex(ours.secret));
      const theirs = reference.encapsulate(key);
      t.is(hex(decapsulate(random, theirs.cipherText)), hex(theirs.sharedSecret));
    }),
    { numRuns: 20 },
  );
});

test('a secret is random, and opens for its own key only', (t) => {
  fc.assert(
    fc.property(seeds, seeds, (one, other) => {
      fc.pre(!equal(one, other));
      const key = xwingPublicKey(one);
      const [first, second] = [encapsulate(key), encapsulate(key)];
      t.is(key.length, XWING_KEY_BYTES);
      t.is(first.ciphertext.length, XWING_CIPHERTEXT_BYTES);
      t.false(equal(first.secret, second.secret));
      t.true(equal(decapsulate(one, first.ciphertext), first.secret));
      t.false(equal(decapsulate(other, first.ciphertext), first.secret));
    }),
    { numRuns: 20 },
  );
});

test('a changed ciphertext gives another secret, wherever it was changed', (t) => {
  const { secret, ciphertext } = encapsulate(xwingPublicKey(seed));
  fc.assert(
    fc.property(fc.nat(XWING_CIPHERTEXT_BYTES - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      // X25519 ignores the last bit of a point (RFC 7748, section 5), but the combiner covers it.
      const changed = withPart(ciphertext, at, Uint8Array.of((ciphertext[at] ?? 0) ^ change));
      t.false(equal(decapsulate(seed, changed), secret));
    }),
    { numRuns: 100 },
  );
});

test('a key or a ciphertext of another length is refused', (t) => {
  const key = xwingPublicKey(seed);
  const { ciphertext } = encapsulate(key);
  for (const wrong of [key.subarray(1), Uint8Array.of(...key, 0), new Uint8Array(0)]) {
    t.false(isXWingKey(wrong));
    t.throws(() => encapsulate(wrong), { code: 'key' });
  }
  for (const wrong of [ciphertext.subarray(1), Uint8Array.of(...ciphertext, 0), new Uint8Array(0)])
    t.throws(() => decapsulate(seed, wrong), { code: 'key' });
  t.throws(() => xwingPublicKey(seed.subarray(1)), { code: 'key' });
  t.throws(() => decapsulate(Uint8Array.of(...seed, 0), ciphertext), { code: 'key' });
});

test('a point of small order is refused in a key and in a ciphertext', (t) => {
  const key = xwingPublicKey(seed);
  const { ciphertext } = encapsulate(key);
  for (const point of LOW_ORDER_POINTS.map(fromHex)) {
    t.false(isXWingKey(withPart(key, 1184, point)), hex(point));
    t.throws(() => decapsulate(seed, withPart(ciphertext, 1088, point)), { code: 'key' }, hex(point));
  }
});

test('an ML-KEM key of zeros, and one with a coefficient of q or more, is refused', (t) => {
  const key = xwingPublicKey(seed);
  t.false(isXWingKey(withPart(key, 0, new Uint8Array(1152))));
  t.false(isXWingKey(withPart(key, 0, new Uint8Array(1184))));
  // Two coefficients of 12 bits in three bytes; q is 3329, 0xd01.
  for (const coefficients of ['010d00', '00f0ff', 'ffffff']) {
    t.false(isXWingKey(withPart(key, 0, fromHex(coefficients))), coefficients);
    t.false(isXWingKey(withPart(key, 1149, fromHex(coefficients))), coefficients);
  }
  t.true(isXWingKey(withPart(key, 0, fromHex('000d00'))));
});

test('a Node.js without ML-KEM is told apart at the start', (t) => {
  t.is(missingMlKem(), null);
  const without = () => {
    throw new Error('Unsupported key type');
  };
  t.regex(missingMlKem(without) ?? '', /has no ML-KEM; run Node.js 24.7 or later/);
});

import test from 'ava';
import fc from 'fast-check';
import { concat, equal, fromHex, H, hkdf } from '../../../src/protocol/base/bytes.ts';
import { openGcm, sealGcm, ZERO_NONCE } from '../../../src/protocol/crypto/aes-gcm.ts';
import { ekFp, openSealed, sealedBytes, sealToPerson } from '../../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX, openChunk, sealChunk } from '../../../src/protocol/crypto/rsa.ts';
import { decapsulate, encapsulate } from '../../../src/protocol/crypto/xwing.ts';
import { fixtureCardKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { LOW_ORDER_POINTS, withoutX25519 } from '../../helpers/protocol/small-order.ts';

const bob = fixtureCardKey('bob-encryption');
const to = { ...bob, ekFp: ekFp(bob) };
const key = { ...fixtureSealKey('bob-encryption'), ekFp: to.ekFp };
const context = new Uint8Array(32).fill(1);
const doesNotOpen = { name: 'ProtocolError', code: 'key', message: 'does not open' } as const;
/** A whole chunk. */
const full = new Uint8Array(OAEP_MAX).fill(3);
const chunks = fc.array(fc.uint8Array({ minLength: OAEP_MAX, maxLength: OAEP_MAX }), { minLength: 1, maxLength: 3 });

test('what is sealed opens, for any content', (t) => {
  fc.assert(
    fc.property(chunks, fc.uint8Array({ minLength: 32, maxLength: 32 }), (plain, where) => {
      const sealed = sealToPerson({ to, context: where, chunks: plain });
      t.is(sealed.length, sealedBytes(plain.length));
      const opened = openSealed({ key, context: where, sealed });
      t.true(opened.length === plain.length && opened.every((chunk, i) => equal(chunk, plain[i] ?? chunk)));
    }),
    { numRuns: 20 },
  );
});

test('attack: any changed byte, or another length, does not open', (t) => {
  const sealed = sealToPerson({ to, context, chunks: [full] });
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ change;
      t.throws(() => openSealed({ key, context, sealed: changed }), doesNotOpen);
    }),
    { numRuns: 100 },
  );
  for (const cut of [
    sealed.subarray(1),
    sealed.subarray(0, -1),
    concat(sealed, Uint8Array.of(0)),
    sealed.subarray(0, 1136),
  ])
    t.throws(() => openSealed({ key, context, sealed: cut }), doesNotOpen);
});

test('attack: a seal moved to another context does not open', (t) => {
  const sealed = sealToPerson({ to, context, chunks: [full] });
  t.throws(() => openSealed({ key, context: new Uint8Array(32), sealed }), doesNotOpen);
});

test('attack: a seal does not open under another key card that shares the RSA key or the X-Wing key', (t) => {
  const sealed = sealToPerson({ to, context, chunks: [full] });
  const carol = fixtureSealKey('carol-encryption');
  for (const other of [
    { ...key, ekFp: new Uint8Array(32) },
    { ...key, seed: carol.seed },
    { ...key, pkcs8: carol.pkcs8 },
  ])
    t.throws(() => openSealed({ key: other, context, sealed }), doesNotOpen);
});

test('neither the RSA key alone nor the X-Wing key alone opens a seal', (t) => {
  const plain = new Uint8Array(OAEP_MAX).fill(9);
  const sealed = sealToPerson({ to, context, chunks: [plain] });
  // Without the seed, the chunk that RSA could open is not even visible.
  t.throws(() => openChunk(key.pkcs8, sealed.subarray(1120, 1120 + 384)));
  // Without the RSA key, X-Wing gives only the chunk.
  const ciphertext = sealed.subarray(0, 1120);
  const wrap = hkdf(decapsulate(key.seed, ciphertext), context, H('wrap', to.ekFp, ciphertext));
  const chunk = openGcm({ key: wrap, nonce: ZERO_NONCE, aad: context }, sealed.subarray(1120));
  t.is(chunk?.length, 384);
  t.true(equal(openChunk(key.pkcs8, chunk ?? sealed), plain));
});

test('attack: a sender cannot leave X25519 out with a point of small order', (t) => {
  const sealed = ({ secret, ciphertext }: { secret: Uint8Array; ciphertext: Uint8Array }) => {
    const wrap = hkdf(secret, context, H('wrap', to.ekFp, ciphertext));
    return concat(
      ciphertext,
      sealGcm({ key: wrap, nonce: ZERO_NONCE, aad: context }, sealChunk(to.ekSpki, new Uint8Array(OAEP_MAX))),
    );
  };
  t.is(openSealed({ key, context, sealed: sealed(encapsulate(to.xwingKey)) }).length, 1, 'an honest one opens');
  for (const point of LOW_ORDER_POINTS) {
    const forged = sealed(withoutX25519(to.xwingKey, fromHex(point)));
    t.throws(() => openSealed({ key, context, sealed: forged }), doesNotOpen, point);
  }
});

test('a foreign chunk inside a good seal does not open, and neither does the whole', (t) => {
  const { secret, ciphertext } = encapsulate(to.xwingKey);
  const place = { key: hkdf(secret, context, H('wrap', to.ekFp, ciphertext)), nonce: ZERO_NONCE, aad: context };
  const [mine, foreign] = [to.ekSpki, fixtureSealKey('alice-encryption').spki].map((spki) => sealChunk(spki, full));
  if (!mine || !foreign) return t.fail();
  const sealed = (...inner: Uint8Array[]) => concat(ciphertext, sealGcm(place, ...inner));
  t.is(openSealed({ key, context, sealed: sealed(mine, mine) }).length, 2);
  t.throws(() => openSealed({ key, context, sealed: sealed(mine, foreign) }), doesNotOpen);
  t.throws(() => openSealed({ key, context, sealed: sealed(foreign, mine) }), doesNotOpen);
  const short = sealChunk(to.ekSpki, full.subarray(1));
  t.throws(() => openSealed({ key, context, sealed: sealed(mine, short) }), doesNotOpen, 'a chunk that is not full');
});

test('nothing is sealed to a key that does not work', (t) => {
  for (const bad of [{ ekSpki: bob.ekSpki.subarray(1) }, { xwingKey: bob.xwingKey.subarray(1) }])
    t.throws(() => sealToPerson({ to: { ...to, ...bad }, context, chunks: [full] }), { code: 'key' });
  for (const plain of [[], [full.subarray(1)], [full, full.subarray(1)]])
    t.throws(() => sealToPerson({ to, context, chunks: plain }), { instanceOf: RangeError });
});

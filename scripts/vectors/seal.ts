/** The seal to a person: its chunks, and everything that must not open. */
import { concat, fromHex, H, hex, hkdf, utf8 } from '../../src/protocol/base/bytes.ts';
import { sealGcm, ZERO_NONCE } from '../../src/protocol/crypto/aes-gcm.ts';
import { sealToPerson } from '../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX, sealChunk } from '../../src/protocol/crypto/rsa.ts';
import { decapsulate, XWING_CIPHERTEXT_BYTES } from '../../src/protocol/crypto/xwing.ts';
import { wrapped } from '../../test/helpers/protocol/inner-chunks.ts';
import { person } from '../../test/helpers/protocol/people.ts';
import { LOW_ORDER_POINTS, withoutX25519 } from '../../test/helpers/protocol/small-order.ts';
import { changed, flipped, type Vector, withDamage } from './vector.ts';

/** Where the X25519 part of a ciphertext begins. */
const X25519_AT = 1088;

export async function sealVectors(): Promise<Vector[]> {
  const [bob, mallory] = [await person('bob'), await person('mallory')];
  const context = H('notewrap', new Uint8Array(32).fill(0x77), Uint8Array.of(0));
  const ekFp = bob.card.ekFp;
  const vector = (what: string, chunks: Uint8Array[], sealed: Uint8Array): Vector => {
    const ciphertext = sealed.subarray(0, XWING_CIPHERTEXT_BYTES);
    const secret = decapsulate(bob.encryption.seed, ciphertext);
    const wrapKey = hkdf(secret, context, H('wrap', ekFp, ciphertext));
    return {
      what,
      verdict: 'accepted',
      given: { reader: 'bob', ekFp: hex(ekFp), context: hex(context), sealed: hex(sealed) },
      gives: { secret: hex(secret), wrapKey: hex(wrapKey), chunks: chunks.map(hex) },
    };
  };
  const seal = (chunks: Uint8Array[]) => sealToPerson({ to: bob.card, context, chunks });
  const one = [utf8('hello'.padEnd(OAEP_MAX, '.'))];
  const three = [1, 2, 3].map((byte) => new Uint8Array(OAEP_MAX).fill(byte));
  const [short, long] = [seal(one), seal(three)];
  const good = vector('one chunk', one, short);
  const at = (offset: number, part: Uint8Array) =>
    concat(short.subarray(0, offset), part, short.subarray(offset + part.length));
  const wrong = (what: string, given: Record<string, string>) => changed(good, what, given, 'key');
  const inside = (...chunks: Uint8Array[]) => hex(wrapped(bob.card, context, chunks));
  const chunk = sealChunk(bob.card.ekSpki, one[0] ?? utf8(''));
  const foreign = sealChunk(mallory.card.ekSpki, one[0] ?? utf8(''));
  const small = (point: Uint8Array) => {
    const { secret, ciphertext } = withoutX25519(bob.card.xwingKey, point);
    const wrap = hkdf(secret, context, H('wrap', ekFp, ciphertext));
    return concat(ciphertext, sealGcm({ key: wrap, nonce: ZERO_NONCE, aad: context }, chunk));
  };
  return [
    ...withDamage(good, 'sealed', short, 'key'),
    vector('three chunks', three, long),
    wrong('a bit of the X25519 part flipped', { sealed: hex(flipped(short, X25519_AT)) }),
    wrong('the bit of the X25519 part that X25519 ignores', { sealed: hex(at(X25519_AT + 31, high(short))) }),
    ...LOW_ORDER_POINTS.map((point) =>
      wrong(`the point of small order ${point}, and the secret that follows`, { sealed: hex(small(fromHex(point))) }),
    ),
    wrong('the ciphertext of another seal', { sealed: hex(at(0, long.subarray(0, XWING_CIPHERTEXT_BYTES))) }),
    wrong('another context', { context: hex(H('notewrap', new Uint8Array(32).fill(0x77), Uint8Array.of(1))) }),
    wrong('the fingerprint of another key', { ekFp: hex(mallory.card.ekFp) }),
    wrong('another reader', { reader: 'mallory' }),
    wrong('a chunk for another RSA key', { sealed: inside(foreign) }),
    wrong('a chunk for another RSA key after a good one', { sealed: inside(chunk, foreign) }),
    wrong('no chunk', { sealed: inside() }),
    wrong('a chunk that is not full', { sealed: inside(sealChunk(bob.card.ekSpki, utf8('hello'))) }),
    wrong('one byte less than a chunk', { sealed: inside(chunk.subarray(1)) }),
  ];
}

/** The last byte of the X25519 part, with its highest bit flipped. */
function high(sealed: Uint8Array): Uint8Array {
  return Uint8Array.of((sealed[X25519_AT + 31] ?? 0) ^ 0x80);
}

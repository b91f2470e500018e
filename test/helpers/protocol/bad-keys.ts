/** Keys that parse but do not work, and cards with such keys, which signCard refuses to make. */

import { CARD_LIFE_MS } from '../../../src/protocol/account/card.ts';
import { concat, H, utf8, Writer } from '../../../src/protocol/base/bytes.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { NO_HASH, type PersonName, T0 } from './people.ts';

/** The offset of the last byte of the modulus in an SPKI. */
const LOWEST = 416;

/** The same key with an even modulus. */
export function evenKey(spki: Uint8Array): Uint8Array {
  const even = Uint8Array.from(spki);
  even[LOWEST] = (even[LOWEST] ?? 0) & 0xfe;
  return even;
}

/** An SPKI of an RSA-3072 key whose exponent has `size` bytes. */
export function longExponent(size: number): Uint8Array {
  const modulus = fixtureSealKey('alice-encryption').spki.subarray(28, 417);
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const key = tlv(0x30, concat(modulus, tlv(0x02, new Uint8Array(size).fill(0x7f))));
  return tlv(0x30, concat(algorithm, tlv(0x03, concat(Uint8Array.of(0), key))));
}

function tlv(tag: number, value: Uint8Array): Uint8Array {
  return concat(
    new Writer()
      .u8(tag)
      .u8(0x83)
      .u8(value.length >> 16)
      .u16(value.length & 0xffff)
      .finish(),
    value,
  );
}

/** A card of `person` that is valid except for the given fields. */
export async function cardWith(
  person: PersonName,
  o: {
    ekSpki?: Uint8Array;
    xwingKey?: Uint8Array;
    identity?: KeyPair;
    cardSeq?: number;
    prevCardHash?: Uint8Array;
    notBefore?: number;
  },
): Promise<Uint8Array> {
  const { identity = fixtureKey(`${person}-identity`), cardSeq = 1, prevCardHash = NO_HASH, notBefore = T0 } = o;
  const body = new Writer()
    .u8(2)
    .var16(utf8(person))
    .var16(identity.spki)
    .u64(cardSeq)
    .var16(o.ekSpki ?? fixtureSealKey(`${person}-encryption`).spki)
    .var16(o.xwingKey ?? fixtureSealKey(`${person}-encryption`).xwingKey)
    .u64(notBefore)
    .u64(notBefore + CARD_LIFE_MS)
    .bytes(prevCardHash)
    .finish();
  return concat(body, await inlineRsa.sign(identity.pkcs8, H('card', body)));
}

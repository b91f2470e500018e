/** X-Wing with points of X25519 that give no secret. */
import { createHash } from 'node:crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concat } from '../../../src/protocol/base/bytes.ts';

/**
 * The points whose shared secret is zero for every private key (RFC 7748, section 6.1). X25519 ignores the highest bit,
 * so each stands here with it clear and set.
 */
export const LOW_ORDER_POINTS: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((point) => [point, `${point.slice(0, 62)}${(Number.parseInt(point.slice(62), 16) | 0x80).toString(16)}`]);

/** What a sender makes who wants to leave X25519 out: a ciphertext with this point, and its secret if nobody checks. */
export function withoutX25519(key: Uint8Array, point: Uint8Array): { secret: Uint8Array; ciphertext: Uint8Array } {
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(Uint8Array.from(key.subarray(0, 1184)));
  const parts = [sharedSecret, new Uint8Array(32), point, key.subarray(1184), Buffer.from('\\.//^\\')];
  const secret = createHash('sha3-256')
    .update(concat(...parts))
    .digest();
  return { secret, ciphertext: concat(cipherText, point) };
}

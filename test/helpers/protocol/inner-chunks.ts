/** The RSA chunks inside a seal, for an attacker who has broken X-Wing: taken out, and wrapped again elsewhere. */
import { concat, H, hkdf } from '../../../src/protocol/base/bytes.ts';
import { openGcm, sealGcm, ZERO_NONCE } from '../../../src/protocol/crypto/aes-gcm.ts';
import type { OwnKey, SealJob } from '../../../src/protocol/crypto/person-seal.ts';
import { RSA_BYTES } from '../../../src/protocol/crypto/rsa.ts';
import { decapsulate, encapsulate, XWING_CIPHERTEXT_BYTES } from '../../../src/protocol/crypto/xwing.ts';

/** The chunks as RSA sealed them. */
export function innerChunks(sealed: Uint8Array, key: OwnKey, context: Uint8Array): Uint8Array[] {
  const ciphertext = sealed.subarray(0, XWING_CIPHERTEXT_BYTES);
  const wrap = wrapKey(decapsulate(key.seed, ciphertext), key.ekFp, context, ciphertext);
  const inner = openGcm({ key: wrap, nonce: ZERO_NONCE, aad: context }, sealed.subarray(XWING_CIPHERTEXT_BYTES));
  if (inner === null) throw new Error('the seal does not open');
  return Array.from({ length: inner.length / RSA_BYTES }, (_, i) => inner.subarray(i * RSA_BYTES, (i + 1) * RSA_BYTES));
}

/** A seal around these chunks. */
export function wrapped(to: SealJob['to'], context: Uint8Array, inner: Uint8Array[]): Uint8Array {
  const { secret, ciphertext } = encapsulate(to.xwingKey);
  const key = wrapKey(secret, to.ekFp, context, ciphertext);
  return concat(ciphertext, sealGcm({ key, nonce: ZERO_NONCE, aad: context }, ...inner));
}

function wrapKey(secret: Uint8Array, ekFp: Uint8Array, context: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return hkdf(secret, context, H('wrap', ekFp, ciphertext));
}

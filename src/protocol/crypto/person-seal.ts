/**
 * The seal of everything that is addressed to one person: RSA-OAEP chunks inside AES-256-GCM (NIST SP 800-38D) under a
 * secret of X-Wing. It stays closed while RSA or one half of X-Wing holds. Works on the calling thread; rsa-pool.ts has
 * it on worker threads.
 *
 *   sealed  X-Wing ciphertext[1120], AES-256-GCM of the chunks, tag[16]
 */
import { concat, H, hkdf } from '../base/bytes.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { GCM_TAG_BYTES, openGcm, sealGcm, ZERO_NONCE } from './aes-gcm.ts';
import { OAEP_MAX, openFullChunks, RSA_BYTES, sealFullChunks } from './rsa.ts';
import { decapsulate, encapsulate, XWING_CIPHERTEXT_BYTES } from './xwing.ts';

/** What others seal to: an RSA key (SPKI) and an X-Wing key. */
export type PublicEncryptionKey = { ekSpki: Uint8Array; xwingKey: Uint8Array };
/** What opens: the RSA key (PKCS #8) and the seed of the X-Wing key. */
export type PrivateEncryptionKey = { pkcs8: Uint8Array; seed: Uint8Array };
/** A private key, and the fingerprint that names it. */
export type OwnKey = PrivateEncryptionKey & { ekFp: Uint8Array };

/**
 * One thing to seal to one key.
 * `context` names the place of the sealed bytes, 32 bytes: they open nowhere else.
 * `chunks` are plain chunks of OAEP_MAX bytes.
 */
export type SealJob = { to: PublicEncryptionKey & { ekFp: Uint8Array }; context: Uint8Array; chunks: Uint8Array[] };
export type OpenJob = { key: OwnKey; context: Uint8Array; sealed: Uint8Array };

/** Bytes of `chunks` chunks when sealed. */
export function sealedBytes(chunks: number): number {
  return XWING_CIPHERTEXT_BYTES + chunks * RSA_BYTES + GCM_TAG_BYTES;
}

/** The fingerprint of an encryption key: H(ek, SPKI, X-Wing key). */
export function ekFp({ ekSpki, xwingKey }: PublicEncryptionKey): Uint8Array {
  return H('ek', ekSpki, xwingKey);
}

/**
 * Seals with a new secret of X-Wing.
 * @returns sealedBytes(chunks.length) bytes
 * @throws ProtocolError 'key' when nothing can be sealed to the key, RangeError when a chunk is not full
 */
export function sealToPerson({ to, context, chunks }: SealJob): Uint8Array {
  const { secret, ciphertext } = encapsulate(to.xwingKey);
  const wrap = placeOf(secret, to.ekFp, context, ciphertext);
  return concat(ciphertext, sealGcm(wrap, sealFullChunks(to.ekSpki, concat(...chunks))));
}

/**
 * Opens what sealToPerson made. Opens all chunks, even after one has failed.
 * @returns the chunks
 * @throws ProtocolError 'key', the same for every failure
 */
export function openSealed({ key, context, sealed }: OpenJob): Uint8Array[] {
  return withProtocolError('key', 'does not open', () => {
    const plain = openFullChunks(key.pkcs8, unwrap({ key, context, sealed }));
    const count = plain.length / OAEP_MAX;
    return Array.from({ length: count }, (_, i) => plain.subarray(i * OAEP_MAX, (i + 1) * OAEP_MAX));
  });
}

/** The chunks as RSA sealed them. @throws ProtocolError */
function unwrap({ key, context, sealed }: OpenJob): Uint8Array {
  const inner = sealed.length - sealedBytes(0);
  ensure(inner >= RSA_BYTES && inner % RSA_BYTES === 0);
  const ciphertext = sealed.subarray(0, XWING_CIPHERTEXT_BYTES);
  // A point of small order is refused; every other changed ciphertext gives another secret.
  const secret = decapsulate(key.seed, ciphertext);
  const wrap = placeOf(secret, key.ekFp, context, ciphertext);
  const chunks = openGcm(wrap, sealed.subarray(XWING_CIPHERTEXT_BYTES));
  ensure(chunks !== null);
  return chunks;
}

/** The key is HKDF (RFC 5869) of the secret, with the context as salt. It seals once. */
function placeOf(secret: Uint8Array, ekFp: Uint8Array, context: Uint8Array, ciphertext: Uint8Array) {
  return { key: hkdf(secret, context, H('wrap', ekFp, ciphertext)), nonce: ZERO_NONCE, aad: context };
}

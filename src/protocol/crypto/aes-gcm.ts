/** AES-256-GCM (NIST SP 800-38D) with a nonce of 12 bytes and a tag of 16, which stands at the end. */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { concat } from '../base/bytes.ts';

export const GCM_NONCE_BYTES = 12;
export const GCM_TAG_BYTES = 16;
/** The nonce for keys that seal once. */
export const ZERO_NONCE: Uint8Array = new Uint8Array(GCM_NONCE_BYTES);

type Place = { key: Uint8Array; nonce: Uint8Array; aad: Uint8Array };

/** Encrypts (section 7.1). @returns the ciphertext and the tag */
export function sealGcm({ key, nonce, aad }: Place, ...plain: Uint8Array[]): Uint8Array {
  // Node.js takes three times as long for a key that is not a KeyObject.
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce).setAAD(aad);
  return concat(...plain.map((part) => cipher.update(part)), cipher.final(), cipher.getAuthTag());
}

/** Decrypts (section 7.2). @returns null for anything but what sealGcm made at this place */
export function openGcm({ key, nonce, aad }: Place, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < GCM_TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, { authTagLength: GCM_TAG_BYTES });
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-GCM_TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -GCM_TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

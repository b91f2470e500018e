/** AES-256-GCM, RSA, X-Wing and the seal to a person. */
import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  verify,
} from 'node:crypto';
import { concat, demand, Fields, H, hkdf, isZero, orRefuse, zeros } from './bytes.ts';

const CIPHERTEXT = 1120;
const CHUNK = 384;
const PLAIN_CHUNK = 318;

/** The tag stands at the end of `sealed`. @throws Refused */
export function openGcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  demand(sealed.length >= 16);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(aad).setAuthTag(sealed.subarray(-16));
  return orRefuse(() => concat(decipher.update(sealed.subarray(0, -16)), decipher.final()));
}

export const NO_NONCE = zeros(12);

const der = (hex: string, raw: Uint8Array) => concat(Buffer.from(hex, 'hex'), raw);
const privateKey = (bytes: Uint8Array) => createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' });
const publicKey = (bytes: Uint8Array) => createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' });
const spki = (key: KeyObject) => createPublicKey(key).export({ format: 'der', type: 'spki' });

/** The SPKI of a private key. */
export const publicOf = (pkcs8: Uint8Array): Buffer => spki(privateKey(pkcs8));

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

export function openChunk(pkcs8: Uint8Array, chunk: Uint8Array): Buffer {
  demand(chunk.length === CHUNK);
  return orRefuse(() => privateDecrypt({ key: privateKey(pkcs8), ...oaep }, chunk));
}

/** Whether something can be sealed to this RSA key. */
export function takesChunks(key: Uint8Array): boolean {
  try {
    return publicEncrypt({ key: publicKey(key), ...oaep }, zeros(318)).length === CHUNK;
  } catch {
    return false;
  }
}

/** PSS over the 32 bytes of a hash. @throws Refused */
export function checkSignature(key: Uint8Array, hash: Uint8Array, signature: Uint8Array): void {
  const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  demand(orRefuse(() => verify('sha256', hash, { key: publicKey(key), ...options }, signature)));
}

/** Expands a seed of X-Wing. */
export function expand(seed: Uint8Array): { mlKem: KeyObject; x25519: KeyObject; public: Buffer } {
  const both = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const mlKem = privateKey(der('3054020100300b060960864801650304040204428040', both.subarray(0, 64)));
  const x25519 = privateKey(der('302e020100300506032b656e04220420', both.subarray(64)));
  return { mlKem, x25519, public: concat(spki(mlKem).subarray(-1184), spki(x25519).subarray(-32)) };
}

/** The secret of a ciphertext. @throws Refused */
export function openXWing(seed: Uint8Array, ciphertext: Uint8Array): Buffer {
  demand(ciphertext.length === CIPHERTEXT);
  const mine = expand(seed);
  const [ctMlKem, ctX25519] = [ciphertext.subarray(0, 1088), ciphertext.subarray(1088)];
  const point = publicKey(der('302a300506032b656e032100', ctX25519));
  const shared = orRefuse(() => diffieHellman({ privateKey: mine.x25519, publicKey: point }));
  demand(!isZero(shared));
  const label = Buffer.from('\\.//^\\');
  return createHash('sha3-256')
    .update(decapsulate(mine.mlKem, ctMlKem))
    .update(concat(shared, ctX25519, mine.public.subarray(-32), label))
    .digest();
}

/** Whether a secret can be made for this X-Wing key: all coefficients below q, and no point of small order. */
export function takesSecrets(key: Uint8Array): boolean {
  if (key.length !== 1216 || isZero(key.subarray(0, 1152))) return false;
  for (let at = 0; at < 1152; at += 3) {
    const [a = 0, b = 0, c = 0] = key.subarray(at, at + 3);
    if (a + ((b & 15) << 8) >= 3329 || (b >> 4) + (c << 4) >= 3329) return false;
  }
  try {
    const any = privateKey(der('302e020100300506032b656e04220420', Buffer.alloc(32, 9)));
    const point = publicKey(der('302a300506032b656e032100', key.subarray(1184)));
    return !isZero(diffieHellman({ privateKey: any, publicKey: point }));
  } catch {
    return false;
  }
}

export type Opener = { encryption: Uint8Array; seed: Uint8Array; ekFp: Uint8Array };

/** The chunks of what was sealed to a person, and the keys on the way. @throws Refused */
export function openSealed(mine: Opener, context: Uint8Array, sealed: Uint8Array) {
  const fields = new Fields(sealed);
  const ciphertext = fields.take(CIPHERTEXT);
  const secret = openXWing(mine.seed, ciphertext);
  const wrapKey = hkdf(secret, context, H('wrap', mine.ekFp, ciphertext));
  const inside = new Fields(openGcm(wrapKey, NO_NONCE, context, fields.rest()));
  const count = (sealed.length - CIPHERTEXT - 16) / CHUNK;
  demand(Number.isInteger(count) && count >= 1);
  const chunks = inside.list(count, () => openChunk(mine.encryption, inside.take(CHUNK)));
  demand(chunks.every((chunk) => chunk.length === PLAIN_CHUNK));
  return { secret, wrapKey, chunks };
}

/**
 * RSA, 3072 bits, e = 65537: OAEP with SHA-256 and an empty label, PSS with SHA-256 and a salt of 32 bytes. The only file
 * that imports node-rsa. What it must not do, and why, stands at each place; test/protocol/rsa.test.ts holds one test each.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair as generate } from 'node:crypto';
import { promisify } from 'node:util';
import NodeRSA from 'node-rsa';
import { equal, hex } from './bytes.ts';
import { ProtocolError } from './errors.ts';

const RSA_BITS = 3072;
/** Size of a sealed chunk and of a signature. */
export const RSA_BYTES = RSA_BITS / 8;
/** The most that one chunk holds: 384 - 2 * 32 - 2. */
export const OAEP_MAX = RSA_BYTES - 66;
const EXPONENT = 65_537n;

/** DER: SubjectPublicKeyInfo and PKCS #8. */
export type KeyPair = { spki: Uint8Array; pkcs8: Uint8Array };

/** A fresh pair, made on libuv's threads: half a second, seldom up to two. */
export async function generateKeyPair(): Promise<KeyPair> {
  // node-rsa's own generator blocks the loop and writes to console.warn.
  const pair = await promisify(generate)('rsa', { modulusLength: RSA_BITS, publicExponent: Number(EXPONENT) });
  return {
    spki: pair.publicKey.export({ type: 'spki', format: 'der' }),
    pkcs8: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
  };
}

/**
 * Passes only the one DER encoding of a 3072-bit key with e = 65537, because a fingerprint is taken over these bytes and
 * node-rsa takes small keys, e = 3 and trailing bytes. @throws ProtocolError 'key'.
 */
export function checkPublicKey(spki: Uint8Array): void {
  publicKey(spki);
}

/** The public half, SPKI DER. @throws ProtocolError 'key' when it is not a key of ours. */
export function publicOf(pkcs8: Uint8Array): Uint8Array {
  return parsed(() => {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return createPublicKey(key).export({ type: 'spki', format: 'der' });
  });
}

/** Seals at most OAEP_MAX bytes into RSA_BYTES. @throws ProtocolError 'key' when `spki` is not acceptable. */
export function sealChunk(spki: Uint8Array, plain: Uint8Array): Uint8Array {
  // Longer input would be cut into chunks that nothing ties together, and any other typed array sealed as JSON.
  if (!(plain instanceof Uint8Array) || plain.length > OAEP_MAX)
    throw new RangeError(`${plain.length} bytes do not fit a chunk`);
  return publicKey(spki).encrypt(plain);
}

/** @throws ProtocolError 'key' for every failure alike. */
export function openChunk(pkcs8: Uint8Array, chunk: Uint8Array): Uint8Array {
  // node-rsa opens nothing to nothing, and several chunks in any order.
  if (chunk.length !== RSA_BYTES) throw new ProtocolError('key', 'does not open');
  const key = privateKey(pkcs8);
  try {
    return key.decrypt(chunk);
  } catch {
    throw new ProtocolError('key', 'does not open');
  }
}

/** PSS over the 32 bytes of an H, which PSS hashes once more. */
export function sign(pkcs8: Uint8Array, hash32: Uint8Array): Uint8Array {
  checkHash(hash32);
  return privateKey(pkcs8).sign(hash32);
}

/** False for a signature that is wrong in any way. @throws ProtocolError 'key' when `spki` is not acceptable. */
export function verify(spki: Uint8Array, hash32: Uint8Array, signature: Uint8Array): boolean {
  checkHash(hash32);
  return signature.length === RSA_BYTES && publicKey(spki).verify(hash32, signature);
}

function checkHash(hash: Uint8Array): void {
  // node-rsa turns any other typed array into JSON and signs that.
  if (!(hash instanceof Uint8Array) || hash.length !== 32) throw new RangeError('a hash has 32 bytes');
}

/**
 * Imported keys by hash of their DER, the latest ones: importing costs as much as verifying. One instance a key, because
 * a public key imported over a private one leaves the private one in place.
 */
class KeyCache {
  readonly #keys = new Map<string, NodeRSA>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get(der: Uint8Array, make: () => NodeRSA): NodeRSA {
    const id = hex(createHash('sha256').update(der).digest());
    const key = this.#keys.get(id) ?? make();
    this.#keys.delete(id);
    this.#keys.set(id, key);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#size) break;
      this.#keys.delete(oldest);
    }
    return key;
  }
}

const publicKeys = new KeyCache(256);
const privateKeys = new KeyCache(16);

function publicKey(spki: Uint8Array): NodeRSA {
  return publicKeys.get(spki, () => {
    const again = parsed(() => {
      const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
      if (key.asymmetricKeyType !== 'rsa' || modulusLength !== RSA_BITS || publicExponent !== EXPONENT) return null;
      return key.export({ type: 'spki', format: 'der' });
    });
    if (!again || !equal(again, spki)) throw new ProtocolError('key', 'not an acceptable key');
    return parsed(() => imported(spki, 'pkcs8-public-der'));
  });
}

function privateKey(pkcs8: Uint8Array): NodeRSA {
  return privateKeys.get(pkcs8, () => {
    checkPublicKey(publicOf(pkcs8));
    return parsed(() => imported(pkcs8, 'pkcs8-private-der'));
  });
}

function imported(der: Uint8Array, format: 'pkcs8-public-der' | 'pkcs8-private-der'): NodeRSA {
  // Both schemes in full: the defaults are SHA-1, and the short name 'pss-sha256' means a salt of 20 bytes. No label: it
  // is silently ignored. DER only: components without a private part make node-rsa generate a key.
  const options = {
    encryptionScheme: { scheme: 'pkcs1_oaep', hash: 'sha256' },
    signingScheme: { scheme: 'pss', hash: 'sha256', saltLength: 32 },
  } as const;
  return new NodeRSA(null, options).importKey(Uint8Array.from(der), format);
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new ProtocolError('key', 'not an acceptable key');
  }
}

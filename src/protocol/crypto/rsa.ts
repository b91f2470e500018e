/**
 * Folder `crypto`: RSA, X-Wing, OPAQUE and the seal to a person, directly and on worker threads; it knows no messages.
 *
 * RSA with 3072 bits and e = 65537: RSAES-OAEP (RFC 8017, section 7.1) with SHA-256 and an empty label, RSASSA-PSS (RFC
 * 8017, section 8.1) with SHA-256 and a salt of 32 bytes. Only this file imports node-rsa. Each pitfall of node-rsa is
 * explained where it is avoided and has a test in test/protocol/crypto/rsa.test.ts.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair as generate,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { promisify } from 'node:util';
import NodeRSA from 'node-rsa';
import { equal, fromHex } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { keyError, withKeyError } from '../base/protocol-checks.ts';
import { KeyCache } from './key-cache.ts';
import { hasSmallFactor } from './small-factors.ts';

const RSA_BITS = 3072;
/** Bytes of a sealed chunk and of a signature. */
export const RSA_BYTES = RSA_BITS / 8;
/** Most plain bytes of a chunk: 384 - 2 * 32 - 2 (RFC 8017, section 7.1.1). */
export const OAEP_MAX = RSA_BYTES - 66;
const EXPONENT = 65_537;
/** The fixed DER around the modulus in every SPKI of ours: algorithm, lengths and exponent. */
const BEFORE_MODULUS = fromHex('308201a2300d06092a864886f70d01010105000382018f003082018a0282018100');
const AFTER_MODULUS = fromHex('0203010001');
/** Bytes of every SPKI of ours. */
export const SPKI_BYTES = BEFORE_MODULUS.length + RSA_BYTES + AFTER_MODULUS.length;
/** A PKCS #8 of ours has about 1,795 bytes. */
const MAX_PKCS8 = 2048;

/** DER: SubjectPublicKeyInfo (RFC 5280, section 4.1) and PKCS #8 (RFC 5208). */
export type KeyPair = { spki: Uint8Array; pkcs8: Uint8Array };

/** Generates a key pair on libuv's threads. Takes half a second, rarely two. */
export async function generateKeyPair(): Promise<KeyPair> {
  // node-rsa's own generator blocks the loop and writes to console.warn.
  const pair = await promisify(generate)('rsa', { modulusLength: RSA_BITS, publicExponent: EXPONENT });
  return {
    spki: pair.publicKey.export({ type: 'spki', format: 'der' }),
    pkcs8: pair.privateKey.export({ type: 'pkcs8', format: 'der' }),
  };
}

/**
 * Checks a public key from outside. Accepts only the one DER encoding of a 3072-bit key with e = 65537, because
 * fingerprints are taken over these bytes, with an odd modulus without prime factors below 752. 0.1 ms for a new key,
 * less for a known one.
 * @throws ProtocolError 'key'
 */
export function checkPublicKey(spki: Uint8Array): void {
  const modulus = modulusOf(spki);
  if (!soundKeys.get(spki, () => !hasSmallFactor(modulus))) throw keyError();
}

/** Whether the key passes checkPublicKey and a trial encryption works. */
export function canSealTo(spki: Uint8Array): boolean {
  return (
    spki.length === SPKI_BYTES &&
    sealingKeys.get(spki, () => {
      try {
        checkPublicKey(spki);
        return publicKey(spki).encrypt(new Uint8Array(OAEP_MAX)).length === RSA_BYTES;
      } catch {
        return false;
      }
    })
  );
}

/** The public key of a private one, SPKI. @throws ProtocolError 'key' when it is not a key of ours */
export function publicKeyOf(pkcs8: Uint8Array): Uint8Array {
  if (pkcs8.length > MAX_PKCS8) throw keyError();
  return withKeyError(() => {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return createPublicKey(key).export({ type: 'spki', format: 'der' });
  });
}

/**
 * Encrypts with RSAES-OAEP (RFC 8017, section 7.1.1).
 * @param plain at most OAEP_MAX bytes
 * @returns RSA_BYTES bytes
 * @throws ProtocolError 'key' when `spki` is not acceptable, RangeError when `plain` is too long
 */
export function sealChunk(spki: Uint8Array, plain: Uint8Array): Uint8Array {
  // node-rsa cuts longer input into independent chunks, and seals any other typed array as JSON.
  if (!(plain instanceof Uint8Array) || plain.length > OAEP_MAX)
    throw new RangeError(`${plain.length} bytes do not fit a chunk`);
  return publicKey(spki).encrypt(plain);
}

/** Decrypts with RSAES-OAEP (RFC 8017, section 7.1.2). @throws ProtocolError 'key', the same for every failure */
export function openChunk(pkcs8: Uint8Array, chunk: Uint8Array): Uint8Array {
  // node-rsa opens empty input to nothing, and several chunks in any order.
  if (chunk.length !== RSA_BYTES) throw new ProtocolError('key', 'does not open');
  const key = privateKey(pkcs8);
  try {
    return key.decrypt(chunk);
  } catch {
    throw new ProtocolError('key', 'does not open');
  }
}

/**
 * Encrypts full chunks in one call, because node-rsa writes its key out anew at each call.
 * @param plain one or more times OAEP_MAX bytes
 * @returns RSA_BYTES bytes for each chunk
 * @throws ProtocolError 'key' when `spki` is not acceptable, RangeError when a chunk is not full
 */
export function sealFullChunks(spki: Uint8Array, plain: Uint8Array): Uint8Array {
  if (plain.length === 0 || plain.length % OAEP_MAX !== 0) throw new RangeError('a chunk is not full');
  return publicKey(spki).encrypt(Uint8Array.from(plain));
}

/**
 * Decrypts what sealFullChunks made. Decrypts all chunks, even after one has failed.
 * @throws ProtocolError 'key', the same for every failure
 */
export function openFullChunks(pkcs8: Uint8Array, chunks: Uint8Array): Uint8Array {
  if (chunks.length === 0 || chunks.length % RSA_BYTES !== 0) throw new ProtocolError('key', 'does not open');
  const key = privateKey(pkcs8);
  let plain = new Uint8Array(0);
  try {
    plain = Uint8Array.from(key.decrypt(chunks));
  } catch {
    for (let at = 0; at < chunks.length; at += RSA_BYTES) opens(key, chunks.subarray(at, at + RSA_BYTES));
  }
  if (plain.length !== (chunks.length / RSA_BYTES) * OAEP_MAX) throw new ProtocolError('key', 'does not open');
  return plain;
}

function opens(key: NodeRSA, chunk: Uint8Array): boolean {
  try {
    return key.decrypt(chunk).length > 0;
  } catch {
    return false;
  }
}

/**
 * Decrypts the secret of a link with RSAES-OAEP as openChunk does, but by node:crypto with a key that was imported once:
 * it costs the daemon half as much for each client.
 * @throws ProtocolError 'key', the same for every failure
 */
export function openLinkSecret(pkcs8: Uint8Array, sealed: Uint8Array): Uint8Array {
  const key = linkKeys.get(pkcs8, () =>
    withKeyError(() => createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })),
  );
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, sealed);
  } catch {
    throw new ProtocolError('key', 'does not open');
  }
}

/** Signs with RSASSA-PSS (RFC 8017, section 8.1.1). The message is the 32 bytes of an H, which PSS hashes again. */
export function sign(pkcs8: Uint8Array, hash32: Uint8Array): Uint8Array {
  checkHash(hash32);
  return privateKey(pkcs8).sign(hash32);
}

/**
 * Verifies an RSASSA-PSS signature (RFC 8017, section 8.1.2).
 * @returns false for any invalid signature
 * @throws ProtocolError 'key' when `spki` is not acceptable
 */
export function verify(spki: Uint8Array, hash32: Uint8Array, signature: Uint8Array): boolean {
  checkHash(hash32);
  return signature.length === RSA_BYTES && publicKey(spki).verify(hash32, signature);
}

function checkHash(hash: Uint8Array): void {
  // node-rsa signs any other typed array as JSON.
  if (!(hash instanceof Uint8Array) || hash.length !== 32) throw new RangeError('a hash has 32 bytes');
}

/** One instance for each key: importing a public key into an instance with a private key keeps the private key. */
const publicKeys = new KeyCache<NodeRSA>(256);
const privateKeys = new KeyCache<NodeRSA>(16);
const linkKeys = new KeyCache<KeyObject>(4);
const soundKeys = new KeyCache<boolean>(1024);
const sealingKeys = new KeyCache<boolean>(1024);

/**
 * Returns the modulus of a key in our one encoding. OpenSSL accepts an even modulus, and fails when the key is used.
 * @throws ProtocolError 'key'
 */
function modulusOf(spki: Uint8Array): Uint8Array {
  const end = BEFORE_MODULUS.length + RSA_BYTES;
  const modulus = spki.subarray(BEFORE_MODULUS.length, end);
  const ours =
    spki.length === SPKI_BYTES &&
    equal(spki.subarray(0, BEFORE_MODULUS.length), BEFORE_MODULUS) &&
    equal(spki.subarray(end), AFTER_MODULUS);
  const [first = 0, last = 0] = [modulus[0], modulus.at(-1)];
  if (!ours || first < 0x80 || last % 2 === 0) throw keyError();
  return modulus;
}

/** Skips the search for small factors: checkPublicKey ran when the key came in. */
function publicKey(spki: Uint8Array): NodeRSA {
  modulusOf(spki);
  return publicKeys.get(spki, () => withKeyError(() => importKey(spki, 'pkcs8-public-der')));
}

function privateKey(pkcs8: Uint8Array): NodeRSA {
  return privateKeys.get(pkcs8, () => {
    modulusOf(publicKeyOf(pkcs8));
    return withKeyError(() => importKey(pkcs8, 'pkcs8-private-der'));
  });
}

function importKey(der: Uint8Array, format: 'pkcs8-public-der' | 'pkcs8-private-der'): NodeRSA {
  // Name both schemes in full: the defaults use SHA-1, and the short name 'pss-sha256' means a salt of 20 bytes. No
  // label: node-rsa ignores it silently. DER only: components without a private part make node-rsa generate a key.
  const options = {
    encryptionScheme: { scheme: 'pkcs1_oaep', hash: 'sha256' },
    signingScheme: { scheme: 'pss', hash: 'sha256', saltLength: 32 },
  } as const;
  return new NodeRSA(null, options).importKey(Uint8Array.from(der), format);
}

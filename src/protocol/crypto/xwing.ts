/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): a key encapsulation (KEM) of ML-KEM-768 (FIPS 203) and X25519 (RFC 7748).
 * Its secrets stay secret while one of the two holds. Only this file uses either. Works on the calling thread;
 * rsa-pool.ts has it on worker threads.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate as decapsulateMlKem,
  diffieHellman,
  encapsulate as encapsulateMlKem,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concat, fromHex } from '../base/bytes.ts';
import { keyError, withKeyError } from '../base/protocol-checks.ts';
import { KeyCache } from './key-cache.ts';

export const XWING_SEED_BYTES = 32;
export const XWING_KEY_BYTES = 1216;
export const XWING_CIPHERTEXT_BYTES = 1120;

const ML_KEM_KEY = 1184;
const ML_KEM_CIPHERTEXT = 1088;
/** The bytes of an ML-KEM key before its seed rho. */
const ML_KEM_VECTOR = 1152;
const ML_KEM_SEED = 64;
const X25519 = 32;
/** The label of the combiner: `\.//^\`. */
const LABEL = fromHex('5c2e2f2f5e5c');

/** DER before a raw key: SPKI (RFC 5280, section 4.1) and PKCS #8 (RFC 5208). Node 24.7 imports no raw seeds. */
const der = {
  mlKemPublic: fromHex('308204b2300b0609608648016503040402038204a100'),
  mlKemSeed: fromHex('3054020100300b060960864801650304040204428040'),
  x25519Public: fromHex('302a300506032b656e032100'),
  x25519Private: fromHex('302e020100300506032b656e04220420'),
};

type PublicKey = { mlKem: KeyObject; x25519: KeyObject; x25519Bytes: Uint8Array };
type Encapsulated = { secret: Uint8Array; ciphertext: Uint8Array };
type PrivateKey = PublicKey & { mlKemPrivate: KeyObject; x25519Private: KeyObject; bytes: Uint8Array };

const publicKeys = new KeyCache<PublicKey>(256);
const privateKeys = new KeyCache<PrivateKey>(48);
const triedKeys = new KeyCache<boolean>(1024);

/**
 * Derives the public key of a private one.
 * @param seed the private key, 32 random bytes
 * @returns XWING_KEY_BYTES bytes
 * @throws ProtocolError 'key' for a seed of another length
 */
export function xwingPublicKey(seed: Uint8Array): Uint8Array {
  return privateKey(seed).bytes;
}

/** Whether `key` has the right length and a trial encapsulation works. */
export function isXWingKey(key: Uint8Array): boolean {
  return (
    key.length === XWING_KEY_BYTES &&
    triedKeys.get(key, () => {
      try {
        encapsulate(key);
        return true;
      } catch {
        return false;
      }
    })
  );
}

/**
 * Makes a random secret for the holder of a key (Encapsulate of the draft).
 * @returns the secret, 32 bytes, and its ciphertext, XWING_CIPHERTEXT_BYTES bytes
 * @throws ProtocolError 'key' for a key with which no secret can be made
 */
export function encapsulate(key: Uint8Array): Encapsulated {
  return withKeyError(() => encapsulateTo(publicKey(key)));
}

/** The same for a key that is used once: nothing of it stays in memory. */
export function encapsulateOnce(key: Uint8Array): Encapsulated {
  return withKeyError(() => encapsulateTo(importKey(key)));
}

function encapsulateTo(to: PublicKey): Encapsulated {
  const mlKem = encapsulateMlKem(to.mlKem);
  const ephemeral = generateKeyPairSync('x25519');
  const sent = rawX25519(ephemeral.publicKey);
  const shared = agree(ephemeral.privateKey, to.x25519);
  return {
    secret: combine(mlKem.sharedKey, shared, sent, to.x25519Bytes),
    ciphertext: concat(mlKem.ciphertext, sent),
  };
}

/**
 * Returns the secret of a ciphertext, 32 bytes (Decapsulate of the draft). A changed ciphertext gives another secret.
 * @throws ProtocolError 'key' for another length, or a point of X25519 that gives no secret
 */
export function decapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return withKeyError(() => decapsulateWith(privateKey(seed), ciphertext));
}

/**
 * A key for one link. Nothing of it stays in memory once the result is dropped.
 * @param seed 32 random bytes
 * @throws ProtocolError 'key'; `open` as decapsulate
 */
export function ephemeralKey(seed: Uint8Array): { key: Uint8Array; open(ciphertext: Uint8Array): Uint8Array } {
  const mine = expand(seed);
  return { key: mine.bytes, open: (ciphertext) => withKeyError(() => decapsulateWith(mine, ciphertext)) };
}

function decapsulateWith(mine: PrivateKey, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== XWING_CIPHERTEXT_BYTES) throw keyError();
  const received = ciphertext.subarray(ML_KEM_CIPHERTEXT);
  const mlKem = decapsulateMlKem(mine.mlKemPrivate, ciphertext.subarray(0, ML_KEM_CIPHERTEXT));
  const shared = agree(mine.x25519Private, importPublic(der.x25519Public, received));
  return combine(mlKem, shared, received, mine.x25519Bytes);
}

/** Returns a sentence for the person when this Node.js has no ML-KEM; null when it has it. Call it once, at the start. */
export function missingMlKem(makeKey: (seed: Uint8Array) => Uint8Array = xwingPublicKey): string | null {
  try {
    encapsulate(makeKey(new Uint8Array(XWING_SEED_BYTES)));
    return null;
  } catch {
    return `this Node.js (${process.version}) has no ML-KEM; run Node.js 24.7 or later`;
  }
}

function importKey(key: Uint8Array): PublicKey {
  // The import of a SPKI ignores bytes after the end, so the length is checked first. With a vector of zeros, anybody
  // could compute the secret of ML-KEM.
  if (key.length !== XWING_KEY_BYTES || isZero(key.subarray(0, ML_KEM_VECTOR))) throw keyError();
  const x25519Bytes = Uint8Array.from(key.subarray(ML_KEM_KEY));
  return {
    mlKem: importPublic(der.mlKemPublic, key.subarray(0, ML_KEM_KEY)),
    x25519: importPublic(der.x25519Public, x25519Bytes),
    x25519Bytes,
  };
}

function publicKey(key: Uint8Array): PublicKey {
  if (key.length !== XWING_KEY_BYTES) throw keyError();
  return publicKeys.get(key, () => importKey(key));
}

function privateKey(seed: Uint8Array): PrivateKey {
  if (seed.length !== XWING_SEED_BYTES) throw keyError();
  return privateKeys.get(seed, () => expand(seed));
}

/** Expands a seed (expandDecapsulationKey of the draft). */
function expand(seed: Uint8Array): PrivateKey {
  if (seed.length !== XWING_SEED_BYTES) throw keyError();
  const expanded = createHash('shake256', { outputLength: ML_KEM_SEED + X25519 })
    .update(seed)
    .digest();
  const mlKemPrivate = importPrivate(der.mlKemSeed, expanded.subarray(0, ML_KEM_SEED));
  const x25519Private = importPrivate(der.x25519Private, expanded.subarray(ML_KEM_SEED));
  const [mlKem, x25519] = [createPublicKey(mlKemPrivate), createPublicKey(x25519Private)];
  const x25519Bytes = rawX25519(x25519);
  const bytes = concat(exportRaw(mlKem, der.mlKemPublic), x25519Bytes);
  return { mlKemPrivate, x25519Private, mlKem, x25519, x25519Bytes, bytes };
}

/** X25519 (RFC 7748, section 6.1). @throws Error for a point of small order */
function agree(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  const shared = diffieHellman({ privateKey, publicKey });
  if (isZero(shared)) throw keyError();
  return shared;
}

/** The combiner of the draft: SHA3-256 over both secrets, and ciphertext and key of X25519. */
function combine(mlKem: Uint8Array, x25519: Uint8Array, sent: Uint8Array, key: Uint8Array): Uint8Array {
  return createHash('sha3-256').update(mlKem).update(x25519).update(sent).update(key).update(LABEL).digest();
}

function importPublic(before: Uint8Array, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([before, raw]), format: 'der', type: 'spki' });
}

function importPrivate(before: Uint8Array, raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([before, raw]), format: 'der', type: 'pkcs8' });
}

function exportRaw(key: KeyObject, before: Uint8Array): Uint8Array {
  return key.export({ type: 'spki', format: 'der' }).subarray(before.length);
}

const rawX25519 = (key: KeyObject) => exportRaw(key, der.x25519Public);

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

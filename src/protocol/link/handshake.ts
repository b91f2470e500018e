/**
 * Both sides of the link's handshake: pattern NK of "Post-Quantum Noise" (Angel, Dowling, Hülsing, Schwabe, Weber 2022)
 * with RSA-OAEP (RFC 8017, section 7.1) as its KEM, so it is not post-quantum. `h` and `ck` are mixed as in the Noise
 * framework, revision 34, section 5.2.
 *
 *   daemon  greeting  'SCK1' var16(link SPKI) var16(sign SPKI)
 *   client  hello     'SCL1' u16 suite, ct1[384], var16(ephemeral SPKI), tag[16]
 *   daemon  reply     ct2[384], var16(sealed parameters)
 *   client  the first record, type confirm: its parameters
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { concat, hkdf, hmac, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError, Refusal } from '../base/errors.ts';
import { checkPublicKey, type KeyPair, RSA_BYTES, SPKI_BYTES } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { checkFingerprint, type DaemonKeys, daemonFingerprint } from './daemon-identity.ts';
import type { ExactReader } from './exact-reader.ts';

const PROTOCOL = 'SecureChat_pqNK_RSAOAEP3072-SHA256_AESGCM256_SHA256_v1';
const GREETING = 'SCK1';
const HELLO = 'SCL1';
const SUITE = 1;
/** Magic, version and offered suites: what an attacker would want to change. */
const PROLOGUE = new Writer().bytes(utf8(GREETING)).bytes(utf8(HELLO)).u16(1).u8(1).u16(SUITE).finish();
const SECRET = 32;
const TAG = 16;
const MAX_PARAMETERS = 256;

export type Greeting = { linkSpki: Uint8Array; signSpki: Uint8Array; fingerprint: Uint8Array };
export type Hello = { ct1: Uint8Array; ephemeralSpki: Uint8Array; tag: Uint8Array };
export type Reply = { ct2: Uint8Array; sealed: Uint8Array };
/**
 * The result of the handshake: the channel binding (transcript hash, to bind logins to this link), and a key for each
 * direction.
 */
export type LinkKeys = { cb: Uint8Array; toDaemon: Uint8Array; toClient: Uint8Array };

/** The one error of this layer, for every failure. */
export function handshakeError(): ProtocolError {
  return new ProtocolError('handshake', 'the handshake failed; is this a SecureChat daemon?');
}

export function encodeGreeting(keys: DaemonKeys): Uint8Array {
  return new Writer().bytes(utf8(GREETING)).var16(keys.link.spki).var16(keys.sign.spki).finish();
}

/**
 * @throws ProtocolError 'version' for a daemon of another version, 'handshake' for anything else that is no greeting
 */
export async function takeGreeting(take: ExactReader): Promise<Greeting> {
  const magic = Buffer.from(await take(4)).toString('latin1');
  if (magic !== GREETING && /^SCK[0-9A-Z]$/.test(magic)) {
    throw new ProtocolError(
      'version',
      'the daemon uses another version of the protocol; update both to the same version',
    );
  }
  if (magic !== GREETING) throw handshakeError();
  const linkSpki = await takeSpki(take);
  const signSpki = await takeSpki(take);
  try {
    checkPublicKey(linkSpki);
    checkPublicKey(signSpki);
  } catch {
    throw handshakeError();
  }
  return { linkSpki, signSpki, fingerprint: daemonFingerprint(linkSpki, signSpki) };
}

/**
 * The client's side: makes the hello, and `finish` processes the reply. `ephemeral` is for this handshake only; the
 * caller drops it afterwards.
 * @throws DaemonKeyError when the greeting does not have the fingerprint `expect`
 */
export async function startHandshake(o: {
  rsa: Rsa;
  random: Random;
  greeting: Greeting;
  expect: Uint8Array;
  ephemeral: KeyPair;
}): Promise<{ hello: Uint8Array; finish(reply: Reply): Promise<LinkKeys & { parameters: Uint8Array }> }> {
  const { linkSpki, signSpki } = o.greeting;
  checkFingerprint(o.expect, daemonFingerprint(linkSpki, signSpki));
  const k1 = o.random(SECRET);
  const [ct1] = await o.rsa.seal([{ spki: linkSpki, plain: k1 }]);
  if (!ct1) throw handshakeError();
  const state = new Transcript(linkSpki, signSpki);
  state.mixHash(ct1);
  state.mixKey(k1);
  state.mixHash(o.ephemeral.spki);
  const tag = state.seal(new Uint8Array(0));
  const hello = new Writer().bytes(utf8(HELLO)).u16(SUITE).bytes(ct1).var16(o.ephemeral.spki).bytes(tag).finish();
  return {
    hello,
    async finish({ ct2, sealed }) {
      const [k2] = await o.rsa.open(o.ephemeral.pkcs8, [ct2]);
      if (k2?.length !== SECRET) throw handshakeError();
      state.mixHash(ct2);
      state.mixKey(k2);
      const parameters = state.open(sealed);
      return { parameters, ...state.split() };
    },
  };
}

/** @throws ProtocolError 'handshake' for anything that is no hello */
export async function takeHello(take: ExactReader): Promise<Hello> {
  const start = new Reader(await take(4 + 2));
  if (Buffer.from(start.bytes(4)).toString('latin1') !== HELLO || start.u16() !== SUITE) throw handshakeError();
  return { ct1: await take(RSA_BYTES), ephemeralSpki: await takeSpki(take), tag: await take(TAG) };
}

/**
 * The daemon's side. A hello whose ct1 does not decrypt goes the same way, with the same work, until its tag fails.
 * @throws ProtocolError 'handshake', or Refusal 'busy' from `rsa`
 */
export async function answerHello(
  hello: Hello,
  o: { rsa: Rsa; random: Random; keys: DaemonKeys; rejectKey: Uint8Array; parameters: Uint8Array },
): Promise<LinkKeys & { reply: Uint8Array }> {
  try {
    // Check first: it costs a tenth of a decryption.
    checkPublicKey(hello.ephemeralSpki);
  } catch {
    throw handshakeError();
  }
  const [opened] = await o.rsa.open(o.keys.link.pkcs8, [hello.ct1]);
  const k1 = opened?.length === SECRET ? opened : hmac(o.rejectKey, hello.ct1);
  const state = new Transcript(o.keys.link.spki, o.keys.sign.spki);
  state.mixHash(hello.ct1);
  state.mixKey(k1);
  state.mixHash(hello.ephemeralSpki);
  if (state.open(hello.tag).length > 0) throw handshakeError();
  const k2 = o.random(SECRET);
  const ct2 = await sealToClient(o.rsa, hello.ephemeralSpki, k2);
  state.mixHash(ct2);
  state.mixKey(k2);
  const reply = new Writer().bytes(ct2).var16(state.seal(o.parameters)).finish();
  return { reply, ...state.split() };
}

/**
 * A client's key that passes all checks and still cannot be sealed to breaks the protocol; it is no bug of the daemon.
 */
async function sealToClient(rsa: Rsa, spki: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
  const sealed = await rsa.seal([{ spki, plain }]).catch((error: unknown) => {
    throw error instanceof Refusal ? error : handshakeError();
  });
  if (!sealed[0]) throw handshakeError();
  return sealed[0];
}

/** @throws ProtocolError 'handshake' */
export async function takeReply(take: ExactReader): Promise<Reply> {
  return { ct2: await take(RSA_BYTES), sealed: await takeVar16(take, TAG, MAX_PARAMETERS) };
}

const takeSpki = (take: ExactReader) => takeVar16(take, SPKI_BYTES, SPKI_BYTES);

/** Refuses another length before reading the bytes. */
async function takeVar16(take: ExactReader, min: number, max: number): Promise<Uint8Array> {
  const size = new Reader(await take(2)).u16();
  if (size < min || size > max) throw handshakeError();
  return take(size);
}

/**
 * The SymmetricState of Noise (revision 34, section 5.2). Each key seals at most once before the next mixKey, so the
 * nonce is always zero.
 */
class Transcript {
  #h = createHash('sha256').update(PROTOCOL).digest();
  #ck: Uint8Array = this.#h;
  #key: Uint8Array = new Uint8Array(0);

  constructor(linkSpki: Uint8Array, signSpki: Uint8Array) {
    this.mixHash(PROLOGUE);
    this.mixHash(linkSpki);
    this.mixHash(signSpki);
  }

  mixHash(data: Uint8Array): void {
    this.#h = createHash('sha256').update(this.#h).update(data).digest();
  }

  mixKey(secret: Uint8Array): void {
    const both = hkdf(secret, this.#ck, new Uint8Array(0), 64);
    this.#ck = both.subarray(0, 32);
    this.#key = both.subarray(32);
  }

  /** EncryptAndHash of Noise, with AES-256-GCM (NIST SP 800-38D, section 7.1). */
  seal(plain: Uint8Array): Uint8Array {
    const cipher = createCipheriv('aes-256-gcm', this.#key, Buffer.alloc(12)).setAAD(this.#h);
    const sealed = concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
    this.mixHash(sealed);
    return sealed;
  }

  /** DecryptAndHash of Noise. */
  open(sealed: Uint8Array): Uint8Array {
    const end = sealed.length - TAG;
    if (end < 0) throw handshakeError();
    const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.alloc(12), { authTagLength: TAG });
    decipher.setAAD(this.#h).setAuthTag(sealed.subarray(end));
    try {
      const plain = concat(decipher.update(sealed.subarray(0, end)), decipher.final());
      this.mixHash(sealed);
      return plain;
    } catch {
      throw handshakeError();
    }
  }

  split(): LinkKeys {
    const both = hkdf(new Uint8Array(0), this.#ck, new Uint8Array(0), 64);
    return { cb: this.#h, toDaemon: both.subarray(0, 32), toClient: both.subarray(32) };
  }
}

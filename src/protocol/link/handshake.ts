/**
 * Both sides of the link's handshake: pattern NK of "Post-Quantum Noise" (Angel, Dowling, Hülsing, Schwabe, Weber 2022)
 * with two KEMs for the daemon's key, RSA-OAEP (RFC 8017, section 7.1) and X-Wing, and X-Wing for the ephemeral key.
 * `h` and `ck` are mixed as in the Noise framework, revision 34, section 5.2.
 *
 *   daemon  greeting  'SCK2' var16(link SPKI) var16(link X-Wing key) var16(sign SPKI)
 *   client  hello     'SCL2' u16 suite, ct1[384], ct2[1120], ephemeral X-Wing key[1216], tag[16]
 *   daemon  reply     ct3[1120], var16(sealed parameters)
 *   client  the first record, type confirm: its parameters
 */
import { createHash } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { hkdf, hmac, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { GCM_TAG_BYTES, openGcm, sealGcm, ZERO_NONCE } from '../crypto/aes-gcm.ts';
import { type SealedSecrets, sealSecrets } from '../crypto/link-secrets.ts';
import { checkPublicKey, RSA_BYTES, SPKI_BYTES } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { ephemeralKey, XWING_CIPHERTEXT_BYTES, XWING_KEY_BYTES, XWING_SEED_BYTES } from '../crypto/xwing.ts';
import { checkFingerprint, type DaemonKeys, type DaemonPublicKeys, daemonFingerprint } from './daemon-identity.ts';
import type { ExactReader } from './exact-reader.ts';

const PROTOCOL = 'SecureChat_pqNK_RSAOAEP3072+XWing-SHA256_AESGCM256_SHA256_v2';
const GREETING = 'SCK2';
const HELLO = 'SCL2';
const VERSION = 2;
const SUITE = 2;
/** Magic, version and offered suites: what an attacker would want to change. */
const PROLOGUE = new Writer().bytes(utf8(GREETING)).bytes(utf8(HELLO)).u16(VERSION).u8(1).u16(SUITE).finish();
const SECRET = 32;
const MAX_PARAMETERS = 256;

export type Greeting = DaemonPublicKeys & { fingerprint: Uint8Array };
export type Hello = Pick<SealedSecrets, 'ct1' | 'ct2'> & { ephemeral: Uint8Array; tag: Uint8Array };
export type Reply = { ct3: Uint8Array; sealed: Uint8Array };
/**
 * The result of the handshake: the channel binding (transcript hash, to bind logins to this link), and a key for each
 * direction.
 */
export type LinkKeys = { cb: Uint8Array; toDaemon: Uint8Array; toClient: Uint8Array };

/** The one error of this layer, for every failure. */
export function handshakeError(): ProtocolError {
  return new ProtocolError('handshake', 'the handshake failed; is this a SecureChat daemon?');
}

export function encodeGreeting({ link, sign }: DaemonPublicKeys): Uint8Array {
  return new Writer().bytes(utf8(GREETING)).var16(link.spki).var16(link.xwingKey).var16(sign.spki).finish();
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
  const link = {
    spki: await takeVar16(take, SPKI_BYTES, SPKI_BYTES),
    xwingKey: await takeVar16(take, XWING_KEY_BYTES, XWING_KEY_BYTES),
  };
  const sign = { spki: await takeVar16(take, SPKI_BYTES, SPKI_BYTES) };
  try {
    checkPublicKey(link.spki);
    checkPublicKey(sign.spki);
  } catch {
    throw handshakeError();
  }
  return { link, sign, fingerprint: daemonFingerprint({ link, sign }) };
}

/**
 * The client's side: makes the hello, and `finish` processes the reply.
 * @throws DaemonKeyError when the greeting does not have the fingerprint `expect`; ProtocolError 'handshake'
 */
export function startHandshake(o: { random: Random; greeting: DaemonPublicKeys; expect: Uint8Array }): {
  hello: Uint8Array;
  finish(reply: Reply): LinkKeys & { parameters: Uint8Array };
} {
  const { greeting, random } = o;
  checkFingerprint(o.expect, daemonFingerprint(greeting));
  const { key: ephemeral, open } = ephemeralKey(random(XWING_SEED_BYTES));
  const secret1 = random(SECRET);
  const { ct1, ct2, secret2 } = withHandshakeError(() => sealSecrets(greeting.link, secret1));
  const state = new Transcript(greeting);
  state.mixHello({ ct1, ct2, ephemeral }, secret1, secret2);
  const tag = state.seal(new Uint8Array(0));
  const hello = new Writer().bytes(utf8(HELLO)).u16(SUITE).bytes(ct1).bytes(ct2).bytes(ephemeral).bytes(tag).finish();
  return {
    hello,
    finish({ ct3, sealed }) {
      const secret3 = withHandshakeError(() => open(ct3));
      state.mixHash(ct3);
      state.mixKey(secret3);
      const parameters = state.open(sealed);
      return { parameters, ...state.split() };
    },
  };
}

function withHandshakeError<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw handshakeError();
  }
}

/** @throws ProtocolError 'handshake' for anything that is no hello */
export async function takeHello(take: ExactReader): Promise<Hello> {
  const start = new Reader(await take(4 + 2));
  if (Buffer.from(start.bytes(4)).toString('latin1') !== HELLO || start.u16() !== SUITE) throw handshakeError();
  const [ct1, ct2] = [await take(RSA_BYTES), await take(XWING_CIPHERTEXT_BYTES)];
  return { ct1, ct2, ephemeral: await take(XWING_KEY_BYTES), tag: await take(GCM_TAG_BYTES) };
}

/**
 * The daemon's side. A hello with a ciphertext that does not open goes the same way, with the same work, until its tag
 * fails (implicit rejection).
 * @throws ProtocolError 'handshake', or Refusal 'busy' from `rsa`
 */
export async function answerHello(
  hello: Hello,
  o: { rsa: Rsa; keys: DaemonKeys; rejectKey: Uint8Array; parameters: Uint8Array },
): Promise<LinkKeys & { reply: Uint8Array }> {
  const { ct1, ct2, ephemeral } = hello;
  const opened = await o.rsa.openSecrets({ key: o.keys.link, ct1, ct2, ephemeral });
  const secret1 = opened.secret1?.length === SECRET ? opened.secret1 : hmac(o.rejectKey, ct1);
  const secret2 = opened.secret2 ?? hmac(o.rejectKey, ct2);
  const state = new Transcript(o.keys);
  state.mixHello(hello, secret1, secret2);
  if (state.open(hello.tag).length > 0 || opened.answer === null) throw handshakeError();
  const { secret, ciphertext } = opened.answer;
  state.mixHash(ciphertext);
  state.mixKey(secret);
  const reply = new Writer().bytes(ciphertext).var16(state.seal(o.parameters)).finish();
  return { reply, ...state.split() };
}

/** @throws ProtocolError 'handshake' */
export async function takeReply(take: ExactReader): Promise<Reply> {
  return { ct3: await take(XWING_CIPHERTEXT_BYTES), sealed: await takeVar16(take, GCM_TAG_BYTES, MAX_PARAMETERS) };
}

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

  constructor({ link, sign }: DaemonPublicKeys) {
    this.mixHash(PROLOGUE);
    this.mixHash(link.spki);
    this.mixHash(link.xwingKey);
    this.mixHash(sign.spki);
  }

  mixHello(hello: Omit<Hello, 'tag'>, secret1: Uint8Array, secret2: Uint8Array): void {
    this.mixHash(hello.ct1);
    this.mixKey(secret1);
    this.mixHash(hello.ct2);
    this.mixKey(secret2);
    this.mixHash(hello.ephemeral);
  }

  mixHash(data: Uint8Array): void {
    this.#h = createHash('sha256').update(this.#h).update(data).digest();
  }

  mixKey(secret: Uint8Array): void {
    const both = hkdf(secret, this.#ck, new Uint8Array(0), 64);
    this.#ck = both.subarray(0, 32);
    this.#key = both.subarray(32);
  }

  /** EncryptAndHash of Noise. */
  seal(plain: Uint8Array): Uint8Array {
    const sealed = sealGcm({ key: this.#key, nonce: ZERO_NONCE, aad: this.#h }, plain);
    this.mixHash(sealed);
    return sealed;
  }

  /** DecryptAndHash of Noise. @throws ProtocolError 'handshake' */
  open(sealed: Uint8Array): Uint8Array {
    const plain = openGcm({ key: this.#key, nonce: ZERO_NONCE, aad: this.#h }, sealed);
    if (plain === null) throw handshakeError();
    this.mixHash(sealed);
    return plain;
  }

  split(): LinkKeys {
    const both = hkdf(new Uint8Array(0), this.#ck, new Uint8Array(0), 64);
    return { cb: this.#h, toDaemon: both.subarray(0, 32), toClient: both.subarray(32) };
  }
}

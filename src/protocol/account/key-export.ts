/**
 * The container of exported keys: a file that a passphrase opens (Argon2id, RFC 9106), or 24 words of BIP 39. Each opens
 * its slot, which holds the key of the body (AES-256-GCM, NIST SP 800-38D). The daemon never sees the file.
 */
import type { Random } from '../../platform/random.ts';
import { concat, equal, H, hkdf, label, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { withProtocolError } from '../base/protocol-checks.ts';
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, openGcm, sealGcm, ZERO_NONCE } from '../crypto/aes-gcm.ts';
import {
  PASSPHRASE_SALT_BYTES,
  type PassphraseCost,
  passphraseCost,
  passphraseKey,
  readPassphraseCost,
  writePassphraseCost,
} from '../crypto/passphrase-key.ts';
import { WORDS_ENTROPY_BYTES } from './recovery-words.ts';

const MAGIC = utf8('SCX2');
const FORMAT = 1;
const KEY = 32;
const SLOT = KEY + GCM_TAG_BYTES;
const CHECKSUM = 32;
/** Which slots are filled. */
const BY_PASSPHRASE = 1;
const BY_WORDS = 2;

/** What opens an export: at least one of both. `entropy`: what the 24 words stand for (recovery-words.ts). */
export type ExportSecrets = { passphrase: string | null; entropy: Uint8Array | null };
export type ExportSecret = { passphrase: string } | { entropy: Uint8Array };

/** The file as it is before anything is opened. */
export type KeyExport = {
  /** Which secrets open it. */
  opensBy: { passphrase: boolean; words: boolean };
  header: Uint8Array;
  cost: PassphraseCost;
  salt: Uint8Array;
  slots: { passphrase: Uint8Array; words: Uint8Array };
  sealedBody: Uint8Array;
};

/** Seals `body` for the given secrets. @throws RangeError without a secret, or for an entropy that has not 32 bytes */
export async function sealKeyExport(
  body: Uint8Array,
  { passphrase, entropy }: ExportSecrets,
  random: Random,
  cost: PassphraseCost = passphraseCost,
): Promise<Uint8Array> {
  if (passphrase === null && entropy === null) throw new RangeError('an export needs a passphrase or words');
  if (entropy !== null && entropy.length !== WORDS_ENTROPY_BYTES) throw new RangeError('24 words have 32 bytes');
  const salt = random(PASSPHRASE_SALT_BYTES);
  const filled = (passphrase === null ? 0 : BY_PASSPHRASE) | (entropy === null ? 0 : BY_WORDS);
  const header = writePassphraseCost(new Writer().bytes(MAGIC).u8(FORMAT).u8(filled), cost).bytes(salt).finish();
  const fileKey = random(KEY);
  const none = new Uint8Array(SLOT);
  const slots = concat(
    passphrase === null ? none : sealGcm(slotPlace(await passphraseKey(passphrase, salt, cost), header), fileKey),
    entropy === null ? none : sealGcm(slotPlace(wordsKey(entropy, salt), header), fileKey),
  );
  const nonce = random(GCM_NONCE_BYTES);
  const aad = concat(header, slots);
  const file = concat(aad, nonce, sealGcm({ key: fileKey, nonce, aad }, body));
  return concat(file, H('export', file));
}

/**
 * Parses a file, without opening it. Its checksum tells a damaged file from a wrong secret; it protects against no forger.
 * @throws ProtocolError 'export' when it is no export, or a damaged one; 'version' when a newer program wrote it
 */
export function parseKeyExport(bytes: Uint8Array): KeyExport {
  if (!equal(bytes.subarray(0, MAGIC.length), MAGIC))
    throw new ProtocolError('export', 'this file is no export of securechat keys');
  if ((bytes[MAGIC.length] ?? 0) > FORMAT)
    throw new ProtocolError('version', 'the export was written by a newer program; update this one');
  const file = bytes.subarray(0, -CHECKSUM);
  if (!equal(H('export', file), bytes.subarray(-CHECKSUM))) throw damagedError();
  return withProtocolError('export', DAMAGED, () => {
    const reader = new Reader(file);
    reader.bytes(MAGIC.length);
    const [format, filled] = [reader.u8(), reader.u8()];
    if (format !== FORMAT || filled < 1 || filled > (BY_PASSPHRASE | BY_WORDS)) throw damagedError();
    const cost = readPassphraseCost(reader);
    const salt = reader.bytes(PASSPHRASE_SALT_BYTES);
    const [passphrase, words] = [reader.bytes(SLOT), reader.bytes(SLOT)];
    const sealedBody = reader.rest();
    if (sealedBody.length < GCM_NONCE_BYTES + GCM_TAG_BYTES) throw damagedError();
    const header = file.subarray(0, file.length - sealedBody.length - 2 * SLOT);
    const opensBy = { passphrase: (filled & BY_PASSPHRASE) !== 0, words: (filled & BY_WORDS) !== 0 };
    return { opensBy, header, cost, salt, slots: { passphrase, words }, sealedBody };
  });
}

/**
 * Returns the body; null when this secret does not open the file.
 * @throws ProtocolError 'export' when the secret is right, but the file was forged
 */
export async function openKeyExport(file: KeyExport, secret: ExportSecret): Promise<Uint8Array | null> {
  const { header, slots, sealedBody, salt, cost } = file;
  const [key, slot] =
    'passphrase' in secret
      ? [await passphraseKey(secret.passphrase, salt, cost), slots.passphrase]
      : [wordsKey(secret.entropy, salt), slots.words];
  const fileKey = openGcm(slotPlace(key, header), slot);
  if (fileKey === null) return null;
  const nonce = sealedBody.subarray(0, GCM_NONCE_BYTES);
  const aad = concat(header, slots.passphrase, slots.words);
  const body = openGcm({ key: fileKey, nonce, aad }, sealedBody.subarray(GCM_NONCE_BYTES));
  if (body === null) throw damagedError();
  return body;
}

const DAMAGED = 'the export is damaged or incomplete; copy it again, or use another one';

function damagedError(): ProtocolError {
  return new ProtocolError('export', DAMAGED);
}

function wordsKey(entropy: Uint8Array, salt: Uint8Array): Uint8Array {
  return hkdf(entropy, salt, label('words'));
}

/** Where a slot is sealed: its key seals once. */
function slotPlace(key: Uint8Array, header: Uint8Array) {
  return { key, nonce: ZERO_NONCE, aad: header };
}

/**
 * The lock of a profile: its key, sealed with AES-256-GCM (NIST SP 800-38D) under a key that Argon2id derives from a passphrase.
 * A locked profile.key holds, in this order: magic(16), u8 format, u32 memory, u8 passes, u8 lanes, u32 seconds, salt(16), nonce(12),
 * sealed key(32), tag(16), SHA-256 of all before(32). The additional data is everything before the nonce. The hash tells a damaged
 * file from a wrong passphrase.
 */
import { hash } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { concat, equal, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { ensure } from '../../protocol/base/protocol-checks.ts';
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, openGcm, sealGcm } from '../../protocol/crypto/aes-gcm.ts';
import {
  PASSPHRASE_SALT_BYTES,
  type PassphraseCost,
  passphraseKey,
  readPassphraseCost,
  writePassphraseCost,
} from '../../protocol/crypto/passphrase-key.ts';

export const KEY_BYTES = 32;
const MAGIC = utf8('securechat lock\n');
const FORMAT = 1;
const SEALED_BYTES = KEY_BYTES + GCM_TAG_BYTES;
const HASH_BYTES = 32;

export type KeyLock = {
  /** The screen asks for the passphrase again after this time without a key, in ms; null for never. */
  after: number | null;
  /** Resolves with the profile's key; null when the passphrase is wrong. */
  open(passphrase: string): Promise<Uint8Array | null>;
};

/** Seals `key` under `passphrase`. @param after whole seconds, in ms */
export async function lockKey(
  key: Uint8Array,
  { passphrase, after }: { passphrase: string; after: number | null },
  random: Random,
  cost: PassphraseCost,
): Promise<Uint8Array> {
  const salt = random(PASSPHRASE_SALT_BYTES);
  const header = writePassphraseCost(new Writer().bytes(MAGIC).u8(FORMAT), cost)
    .u32((after ?? 0) / 1000)
    .bytes(salt)
    .finish();
  const nonce = random(GCM_NONCE_BYTES);
  const place = { key: await passphraseKey(passphrase, salt, cost), nonce, aad: header };
  const bytes = concat(header, nonce, sealGcm(place, key));
  return concat(bytes, sha256(bytes));
}

/**
 * Reads what `lockKey` wrote; null for bytes that are no lock.
 * @throws ProtocolError 'version' for a lock of a newer program; another code for a damaged one
 */
export function readLock(bytes: Uint8Array): KeyLock | null {
  if (!equal(bytes.subarray(0, MAGIC.length), MAGIC)) return null;
  const reader = new Reader(bytes.subarray(MAGIC.length));
  if (reader.u8() > FORMAT) throw new ProtocolError('version', 'a newer program locked this profile');
  const all = bytes.subarray(0, -HASH_BYTES);
  ensure(equal(sha256(all), bytes.subarray(-HASH_BYTES)));
  const cost = readPassphraseCost(reader);
  const seconds = reader.u32();
  const salt = reader.bytes(PASSPHRASE_SALT_BYTES);
  const nonce = reader.bytes(GCM_NONCE_BYTES);
  const sealed = reader.bytes(SEALED_BYTES);
  reader.bytes(HASH_BYTES);
  reader.end();
  const aad = all.subarray(0, -GCM_NONCE_BYTES - SEALED_BYTES);
  return {
    after: seconds === 0 ? null : seconds * 1000,
    open: async (passphrase) => openGcm({ key: await passphraseKey(passphrase, salt, cost), nonce, aad }, sealed),
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/**
 * The seal of what the daemon keeps for an account and must not read: its vault, and what its devices share. AES-256-GCM
 * (NIST SP 800-38D), bound to the daemon, the account and the version.
 */
import type { Random } from '../../platform/random.ts';
import { concat, equal, H, hkdf, label, Reader, utf8, Writer } from '../base/bytes.ts';
import { ensure } from '../base/protocol-checks.ts';
import { GCM_NONCE_BYTES, GCM_TAG_BYTES, openGcm, sealGcm } from '../crypto/aes-gcm.ts';

const FORMAT = 2;
/** By how much a seal is longer than its plaintext, bytes. */
export const ACCOUNT_SEAL_BYTES = 1 + 4 + 32 + GCM_NONCE_BYTES + GCM_TAG_BYTES;

type Kind = 'vault' | 'shared';
/** The person and daemon that the sealed bytes belong to. */
export type Owner = { daemonId: Uint8Array; name: string; idFp: Uint8Array };

/**
 * Seals: u8 format, u32 version, idFp(32), random nonce(12), ciphertext, tag(16).
 * @param secret what the key is derived from; only the account has it
 */
export function sealForAccount(
  kind: Kind,
  secret: Uint8Array,
  owner: Owner,
  { version, plain }: { version: number; plain: Uint8Array },
  random: Random,
): Uint8Array {
  const nonce = random(GCM_NONCE_BYTES);
  const head = new Writer().u8(FORMAT).u32(version).bytes(owner.idFp).finish();
  return concat(head, nonce, sealGcm(placeOf(kind, secret, owner, version, nonce), plain));
}

/**
 * Opens what sealForAccount returned.
 * @param owner without `idFp`, any identity is taken
 * @throws ProtocolError
 */
export function openForAccount(
  kind: Kind,
  secret: Uint8Array,
  owner: Omit<Owner, 'idFp'> & { idFp?: Uint8Array | null },
  bytes: Uint8Array,
): { version: number; idFp: Uint8Array; plain: Uint8Array } {
  const reader = new Reader(bytes);
  ensure(reader.u8() === FORMAT);
  const version = reader.u32();
  const idFp = reader.bytes(32);
  ensure(!owner.idFp || equal(owner.idFp, idFp));
  const nonce = reader.bytes(GCM_NONCE_BYTES);
  const plain = openGcm(placeOf(kind, secret, { ...owner, idFp }, version, nonce), reader.rest());
  ensure(plain !== null);
  return { version, idFp, plain };
}

/** Returns whether a newer program sealed `bytes`, by their format alone. */
export function isSealedByNewer(bytes: Uint8Array): boolean {
  return (bytes[0] ?? 0) > FORMAT;
}

function placeOf(kind: Kind, secret: Uint8Array, owner: Owner, version: number, nonce: Uint8Array) {
  const aad = H(kind, owner.daemonId, utf8(owner.name), owner.idFp, new Writer().u32(version).finish());
  return { key: hkdf(secret, new Uint8Array(), label(kind)), nonce, aad };
}

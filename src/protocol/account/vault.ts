/**
 * The vault: a person's private keys, sealed under OPAQUE's export key, which only their password yields. The daemon keeps
 * it for their next machine. The client checks that versions never decrease.
 */
import type { Random } from '../../platform/random.ts';
import { equal, Reader, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import type { PrivateEncryptionKey } from '../crypto/person-seal.ts';
import { type KeyPair, publicKeyOf } from '../crypto/rsa.ts';
import { XWING_SEED_BYTES, xwingPublicKey } from '../crypto/xwing.ts';
import { isSealedByNewer, type Owner, openForAccount, sealForAccount } from './account-seal.ts';
import { type Card, openCard } from './card.ts';

const REFUSED = 'the vault does not open';
/** Current and retired keys. 36 fit the daemon's 192 KiB and last nine years. */
export const MAX_VAULT_KEYS = 36;

export type VaultContents = {
  /** Increases with each change. */
  version: number;
  identity: KeyPair;
  /** The current key first, then retired ones, newest first. */
  keys: ({ card: Uint8Array } & PrivateEncryptionKey)[];
};

/**
 * Seals a vault, as sealForAccount does.
 * @throws ProtocolError 'vault' for keys that do not belong together
 */
export function sealVault(exportKey: Uint8Array, owner: Owner, contents: VaultContents, random: Random): Uint8Array {
  const { version } = contents;
  const plain = encodeVaultContents(contents);
  parseVaultContents(plain, owner, version);
  return sealForAccount('vault', exportKey, owner, { version, plain }, random);
}

/**
 * Opens a vault.
 * @param owner `idFp` is the directory's; a new profile passes null and takes the vault's own, which its cards prove
 * @throws ProtocolError 'vault', or 'version' for a vault of a newer program
 */
export function openVault(
  exportKey: Uint8Array,
  owner: Omit<Owner, 'idFp'> & { idFp?: Uint8Array | null },
  bytes: Uint8Array,
): VaultContents {
  if (isSealedByNewer(bytes))
    throw new ProtocolError('version', 'the vault was written by a newer program; update this one');
  return withProtocolError('vault', REFUSED, () => {
    const { version, idFp, plain } = openForAccount('vault', exportKey, owner, bytes);
    return parseVaultContents(plain, { name: owner.name, idFp }, version);
  });
}

/** The plaintext of a vault. */
export function encodeVaultContents({ identity, keys }: VaultContents): Uint8Array {
  const plain = new Writer().var16(identity.pkcs8).u16(keys.length);
  for (const { card, pkcs8, seed } of keys) plain.var16(card).var16(pkcs8).bytes(seed);
  return plain.finish();
}

/**
 * Parses the plaintext of a vault, and checks that each key belongs to its card, and each card to the identity and the
 * name.
 * @throws ProtocolError 'vault'
 */
export function parseVaultContents(
  bytes: Uint8Array,
  owner: Pick<Owner, 'name' | 'idFp'>,
  version: number,
): VaultContents {
  return withProtocolError('vault', REFUSED, () => {
    const reader = new Reader(bytes);
    const pkcs8 = reader.var16();
    const identity = { spki: publicKeyOf(pkcs8), pkcs8 };
    const count = reader.u16();
    ensure(count >= 1 && count <= MAX_VAULT_KEYS);
    const keys = Array.from({ length: count }, () => ({
      card: reader.var16(),
      pkcs8: reader.var16(),
      seed: reader.bytes(XWING_SEED_BYTES),
    }));
    reader.end();
    let before: Card | null = null;
    for (const key of keys) {
      const card = openCard(key.card);
      ensure(card.name === owner.name && equal(card.idFp, owner.idFp) && equal(card.sigSpki, identity.spki));
      ensure(equal(publicKeyOf(key.pkcs8), card.ekSpki) && equal(xwingPublicKey(key.seed), card.xwingKey));
      ensure(before === null || card.cardSeq < before.cardSeq);
      before = card;
    }
    return { version, identity, keys };
  });
}

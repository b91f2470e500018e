/** Vaults: sealed private keys, each under the hash of the OPAQUE record it belongs to. */
import { Refusal } from '../../protocol/base/errors.ts';
import type { VaultOperations } from './identity-store.ts';
import { type Implementation, one, run, sameBytes } from './operation.ts';

type Row = { version: number; at: number; bytes: Uint8Array };

export const vaultOperations: Implementation<VaultOperations> = {
  putVault(tx, { idFp, recordHash, current, version, bytes }) {
    const old = one<Row>(tx, SELECT, idFp, recordHash);
    if (old && old.version === version && sameBytes(old.bytes, bytes)) return { at: old.at };
    if (old && old.version >= version) {
      throw new Refusal('conflict', 'a newer vault is stored: fetch it and start from that one');
    }
    run(
      tx,
      'INSERT OR REPLACE INTO vaults (id_fp, record_hash, version, at, bytes) VALUES (?, ?, ?, ?, ?)',
      idFp,
      recordHash,
      version,
      tx.now,
      bytes,
    );
    run(tx, 'DELETE FROM vaults WHERE id_fp = ? AND record_hash NOT IN (?, ?)', idFp, recordHash, current);
    return { at: tx.now };
  },

  vault(tx, { idFp, recordHash }) {
    const row = one<Row>(tx, SELECT, idFp, recordHash);
    return row ? { version: row.version, bytes: row.bytes, at: row.at } : null;
  },

  vaultInfo(tx, { idFp, recordHash }) {
    const row = one<Row>(tx, 'SELECT version, at FROM vaults WHERE id_fp = ? AND record_hash = ?', idFp, recordHash);
    return row ? { version: row.version, at: row.at } : null;
  },

  dropOtherVaults(tx, { idFp, recordHash }) {
    run(
      tx,
      `DELETE FROM vaults WHERE id_fp = ?1 AND record_hash <> ?2
         AND EXISTS (SELECT 1 FROM vaults WHERE id_fp = ?1 AND record_hash = ?2)`,
      idFp,
      recordHash,
    );
    return null;
  },
};

const SELECT = 'SELECT version, at, bytes FROM vaults WHERE id_fp = ? AND record_hash = ?';

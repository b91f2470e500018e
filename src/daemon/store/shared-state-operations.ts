/** What the devices of a person share: one sealed state for each identity, which each put replaces. */
import { Refusal } from '../../protocol/base/errors.ts';
import type { SharedStateOperations } from './identity-store.ts';
import { type Implementation, one, run, sameBytes } from './operation.ts';

type Row = { version: number; at: number; bytes: Uint8Array };

export const sharedStateOperations: Implementation<SharedStateOperations> = {
  putShared(tx, { idFp, after, version, bytes }) {
    const old = one<Row>(tx, 'SELECT version, at, bytes FROM shared_states WHERE id_fp = ?', idFp);
    if (old && old.version === version && sameBytes(old.bytes, bytes)) return { at: old.at };
    if ((old?.version ?? 0) !== after || version <= after) {
      throw new Refusal('conflict', 'another device stored a newer state: fetch it and start from that one');
    }
    run(
      tx,
      'INSERT OR REPLACE INTO shared_states (id_fp, version, at, bytes) VALUES (?, ?, ?, ?)',
      idFp,
      version,
      tx.now,
      bytes,
    );
    return { at: tx.now };
  },

  shared(tx, { idFp }) {
    const row = one<Row>(tx, 'SELECT version, bytes FROM shared_states WHERE id_fp = ?', idFp);
    return row ? { version: row.version, bytes: row.bytes } : null;
  },

  sharedVersion(tx, { idFp }) {
    return one<Row>(tx, 'SELECT version FROM shared_states WHERE id_fp = ?', idFp)?.version ?? 0;
  },

  dropShared(tx, { idFp }) {
    run(tx, 'DELETE FROM shared_states WHERE id_fp = ?', idFp);
    return null;
  },
};

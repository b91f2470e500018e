/** Accounts that are being closed, and the deletion of what only their owner could use. */
import { forgetFile, freeEntries } from './file-operations.ts';
import type { ClosingOperations } from './identity-store.ts';
import { all, type Implementation, run, type Transaction } from './operation.ts';
import type { Person } from './store.ts';

/** Most entries that one `finishClosing` deletes, so that others do not wait long. */
const ENTRIES_AT_ONCE = 500;

export const closingOperations: Implementation<ClosingOperations> = {
  addClosing(tx, { idFp, name }) {
    run(tx, 'INSERT OR REPLACE INTO closings (id_fp, name) VALUES (?, ?)', idFp, name);
    return null;
  },

  closings(tx) {
    return all<Person>(tx, 'SELECT id_fp AS "idFp", name FROM closings').map((row) => ({ ...row }));
  },

  dropClosing,

  finishClosing(tx, { idFp }) {
    run(tx, 'DELETE FROM devices WHERE id_fp = ?', idFp);
    run(tx, 'DELETE FROM vaults WHERE id_fp = ?', idFp);
    run(tx, 'DELETE FROM shared_states WHERE id_fp = ?', idFp);
    const unlisted = all<{ file: Uint8Array }>(tx, 'SELECT file FROM files WHERE owner = ? AND NOT listed', idFp);
    for (const { file } of unlisted) forgetFile(tx, file);
    run(
      tx,
      `UPDATE members SET present = 0
       WHERE id_fp = ? AND present AND c IN (SELECT c FROM conversations WHERE room IS NULL)`,
      idFp,
    );
    const deleted = all<{ file: Uint8Array | null; author: number | null; bytes: number }>(tx, DELETE_UNREADABLE, idFp);
    freeEntries(tx, deleted);
    if (deleted.length < ENTRIES_AT_ONCE) dropClosing(tx, { idFp });
    return { more: deleted.length === ENTRIES_AT_ONCE };
  },
};

/** Deletes entries of private conversations that no member may read any more. */
const DELETE_UNREADABLE = `DELETE FROM entries WHERE e IN (
  SELECT e FROM members AS gone JOIN conversations ON conversations.c = gone.c JOIN entries ON entries.c = gone.c
  WHERE gone.id_fp = ? AND room IS NULL
    AND NOT EXISTS (SELECT 1 FROM members WHERE members.c = gone.c AND present)
  LIMIT ${ENTRIES_AT_ONCE}) RETURNING file, author, charge AS bytes`;

function dropClosing(tx: Transaction, { idFp }: { idFp: Uint8Array }): null {
  run(tx, 'DELETE FROM closings WHERE id_fp = ?', idFp);
  return null;
}

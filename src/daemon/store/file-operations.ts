/** Rows of files: owner, stored segments, and the entry that lists each. The bytes are in server_files. */
import { Refusal } from '../../protocol/base/errors.ts';
import { all, type Implementation, one, run, sameBytes, type Transaction } from './operation.ts';
import type { FileOperations, FileRow, ListedFile } from './store.ts';
import { chargeFiles, freeFiles, freeMessages } from './usage.ts';

const PAGE = 500;
const IDS_PAGE = 5000;
/** Most files of one owner that no entry lists. Above it, one that was idle for STALE_MS is dropped. */
const MAX_UNLISTED = 64;
/** Longer than any pause between two writes of a running transfer. */
const STALE_MS = 2 * 3600 * 1000;
/** Limits of one page of `files`: bytes and number of entries. */
const LIST_BYTES = 180_000;
const LIST_ENTRIES = 200;
const ENTRY_OVERHEAD = 512;

const SELECT = `SELECT file, owner, conversation, size, seg_size AS "segSize", synced, whole, sha256 FROM files`;

type Stored = Omit<FileRow, 'whole'> & { whole: number };

export const fileOperations: Implementation<FileOperations> = {
  openFile(tx, { file, owner, conversation, size, segSize, charge, quota }) {
    const known = rowOf(tx, file);
    if (known !== null) {
      run(tx, 'UPDATE files SET touched = ? WHERE file = ? AND owner = ?', tx.now, file, owner);
      return known;
    }
    if (one(tx, 'SELECT 1 FROM doomed WHERE file = ?', file) !== undefined) {
      throw new Refusal('id-reused', 'another file had this id: send this one under a new id');
    }
    if (!mayPost(tx, conversation, owner)) {
      throw new Refusal('no-such-conversation', 'you have no such conversation');
    }
    makeRoomForUpload(tx, owner);
    chargeFiles(tx, owner, charge, quota);
    run(
      tx,
      `INSERT INTO files (file, owner, conversation, size, seg_size, charge, synced, whole, touched)
       VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)`,
      file,
      owner,
      conversation,
      size,
      segSize,
      charge,
      tx.now,
    );
    return { file, owner, conversation, size, segSize, synced: 0, whole: false, sha256: null };
  },

  syncFile(tx, { file, synced }) {
    run(tx, 'UPDATE files SET synced = ?, touched = ? WHERE file = ? AND NOT whole', synced, tx.now, file);
    return null;
  },

  finishFile(tx, { file, sha256 }) {
    run(tx, 'UPDATE files SET whole = 1, sha256 = ?, touched = ? WHERE file = ?', sha256, tx.now, file);
    return null;
  },

  dropFile(tx, { file, owner }) {
    const row = one<{ owner: Uint8Array }>(
      tx,
      'SELECT owner FROM files WHERE file = ? AND owner = ? AND NOT listed',
      file,
      owner,
    );
    return row !== undefined && forgetFile(tx, file);
  },

  dropIdleFiles(tx, { before }) {
    const idle = all<{ file: Uint8Array }>(
      tx,
      `SELECT file FROM files WHERE touched < ? AND NOT listed LIMIT ${PAGE}`,
      before,
    );
    for (const { file } of idle) forgetFile(tx, file);
    return idle.length;
  },

  doomedFiles(tx) {
    return all<{ file: Uint8Array }>(tx, `SELECT file FROM doomed LIMIT ${PAGE}`).map(({ file }) => file);
  },

  forgetDoomedFiles(tx, { files }) {
    for (const file of files) run(tx, 'DELETE FROM doomed WHERE file = ?', file);
    return null;
  },

  knownFiles(tx, { files }) {
    return files.map((file) => rowOf(tx, file));
  },

  wholeFiles(tx, { after }) {
    const from = after ?? new Uint8Array();
    return all<{ file: Uint8Array }>(
      tx,
      `SELECT file FROM files WHERE whole AND file > ? ORDER BY file LIMIT ${IDS_PAGE}`,
      from,
    ).map(({ file }) => file);
  },

  listedFile(tx, { file, reader }) {
    const row = one<Stored>(
      tx,
      `${SELECT} WHERE file = ?1 AND whole AND EXISTS (
         SELECT 1 FROM entries JOIN members ON members.c = entries.c
         WHERE entries.file = ?1 AND members.id_fp = ?2 AND members.present)`,
      file,
      reader,
    );
    return row === undefined ? null : fileRow(row);
  },

  files(tx, { reader, conversation, before }) {
    if (conversation !== null && !mayPost(tx, conversation, reader)) {
      throw new Refusal('no-such-conversation', 'you have no such conversation');
    }
    const rows = tx
      .sql(
        `SELECT files.file, conversations.id AS conversation, size, seg_size, seq, entries.at, kind, entries.bytes,
                author.name AS "from", CASE WHEN room IS NULL THEN coalesce(other.name, mine.name) END AS "with"
         FROM members AS mine
         JOIN conversations ON conversations.c = mine.c
         JOIN entries ON entries.c = mine.c AND entries.file IS NOT NULL
         JOIN files ON files.file = entries.file
         JOIN members AS author ON author.m = entries.author
         LEFT JOIN members AS other ON room IS NULL AND other.c = mine.c AND other.m <> mine.m
         WHERE mine.id_fp = ?1 AND mine.present AND (?2 IS NULL OR conversations.id = ?2)
           AND (entries.at, entries.file) < (?3, ?4)
         ORDER BY entries.at DESC, entries.file DESC`,
      )
      .iterate(
        reader,
        conversation,
        before?.at ?? Number.MAX_SAFE_INTEGER,
        before?.file ?? new Uint8Array(16),
      ) as Iterable<ListRow>;
    const files: ListedFile[] = [];
    let weight = 0;
    for (const row of rows) {
      weight += row.bytes.length + ENTRY_OVERHEAD;
      if (files.length > 0 && (weight > LIST_BYTES || files.length >= LIST_ENTRIES)) return { files, more: true };
      files.push(listedFile(row));
    }
    return { files, more: false };
  },
};

/**
 * Lists a file, in the transaction that appends its entry.
 * @throws Refusal 'no-such-file' unless the file is whole and belongs to this author and conversation; 'id-reused' when
 * it is listed already
 */
export function listFile(
  tx: Transaction,
  { file, owner, conversation }: { file: Uint8Array; owner: Uint8Array; conversation: Uint8Array },
): void {
  const row = rowOf(tx, file);
  if (!row?.whole || !sameBytes(row.owner, owner) || !sameBytes(row.conversation, conversation)) {
    throw new Refusal('no-such-file', 'the file is not stored whole for this conversation: upload it first');
  }
  if (run(tx, 'UPDATE files SET listed = 1 WHERE file = ? AND NOT listed', file) === 0) {
    throw new Refusal('id-reused', 'this file is listed already: upload it again to share it again');
  }
}

/** Deletes the row of a file and marks its bytes for removal. @returns false when there is no such file */
export function forgetFile(tx: Transaction, file: Uint8Array): boolean {
  const row = one<{ owner: Uint8Array; charge: number }>(tx, 'SELECT owner, charge FROM files WHERE file = ?', file);
  if (row === undefined) return false;
  run(tx, 'DELETE FROM files WHERE file = ?', file);
  run(tx, 'INSERT OR IGNORE INTO doomed (file) VALUES (?)', file);
  freeFiles(tx, row.owner, row.charge);
  return true;
}

/** Frees what deleted entries used: their authors' quota and their files. */
export function freeEntries(
  tx: Transaction,
  deleted: readonly { file: Uint8Array | null; author: number | null; bytes: number }[],
): void {
  freeMessages(tx, deleted);
  for (const { file } of deleted) if (file !== null) forgetFile(tx, file);
}

/** Makes room for one more unlisted file. @throws Refusal 'quota' */
function makeRoomForUpload(tx: Transaction, owner: Uint8Array): void {
  const unlisted = all<{ file: Uint8Array; touched: number }>(
    tx,
    `SELECT file, touched FROM files WHERE owner = ? AND NOT listed ORDER BY touched LIMIT ${MAX_UNLISTED}`,
    owner,
  );
  const [oldest] = unlisted;
  if (oldest === undefined || unlisted.length < MAX_UNLISTED) return;
  if (oldest.touched > tx.now - STALE_MS) {
    throw new Refusal('quota', `${MAX_UNLISTED} of your uploads are not finished: finish or cancel one of them first`);
  }
  forgetFile(tx, oldest.file);
}

type ListRow = {
  file: Uint8Array;
  conversation: Uint8Array;
  size: number;
  seg_size: number;
  seq: number;
  at: number;
  kind: 'note' | 'message';
  bytes: Uint8Array;
  from: string;
  with: string | null;
};

function listedFile(row: ListRow): ListedFile {
  const { file, conversation, size, seg_size: segSize, seq, at, kind, bytes, from } = row;
  const entry = { seq, at, kind, from, bytes, file, keys: [] };
  return { file, conversation, with: row.with, from, at, size, segSize, entry };
}

function rowOf(tx: Transaction, file: Uint8Array): FileRow | null {
  const row = one<Stored>(tx, `${SELECT} WHERE file = ?`, file);
  return row === undefined ? null : fileRow(row);
}

function fileRow(row: Stored): FileRow {
  return { ...row, whole: row.whole === 1 };
}

/** A conversation without entries is created by its first one, which is checked then. */
function mayPost(tx: Transaction, conversation: Uint8Array, idFp: Uint8Array): boolean {
  const member = one<{ present: number | null }>(
    tx,
    `SELECT members.present FROM conversations LEFT JOIN members ON members.c = conversations.c AND members.id_fp = ?
     WHERE conversations.id = ?`,
    idFp,
    conversation,
  );
  return member === undefined || member.present === 1;
}

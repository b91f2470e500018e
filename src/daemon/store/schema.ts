/** Opens the database file and migrates it to the current version. */
import { DatabaseSync } from 'node:sqlite';

/** Step n brings version n to n + 1; version 0 is an empty file. Never change a released step. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE conversations (
    c INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    room TEXT,
    head INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL DEFAULT 0,
    log_n INTEGER,
    log_head BLOB,
    departure_n INTEGER,
    epoch_id BLOB,
    epoch_log_n INTEGER
  ) STRICT;
  CREATE TABLE members (
    m INTEGER PRIMARY KEY,
    c INTEGER NOT NULL REFERENCES conversations,
    id_fp BLOB NOT NULL,
    name TEXT NOT NULL,
    present INTEGER NOT NULL,
    read INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    UNIQUE (c, id_fp)
  ) STRICT;
  CREATE INDEX members_by_person ON members (id_fp);
  CREATE TABLE entries (
    e INTEGER PRIMARY KEY,
    c INTEGER NOT NULL REFERENCES conversations,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('note', 'message', 'log', 'epoch')),
    author INTEGER REFERENCES members,
    id BLOB NOT NULL,
    n INTEGER NOT NULL,
    file BLOB,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX entries_in_order ON entries (c, seq);
  CREATE UNIQUE INDEX entries_by_id ON entries (author, id);
  CREATE INDEX entries_by_file ON entries (file) WHERE file IS NOT NULL;
  CREATE TABLE chains (
    author INTEGER NOT NULL REFERENCES members,
    device INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (author, device)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE epoch_keys (
    k INTEGER PRIMARY KEY,
    e INTEGER NOT NULL REFERENCES entries,
    id_fp BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('chunk', 'grant')),
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX epoch_keys_of ON epoch_keys (e, id_fp);
  CREATE TABLE cards (
    id_fp BLOB NOT NULL,
    card_seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    ek_fp BLOB NOT NULL,
    not_after INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id_fp, card_seq)
  ) STRICT;
  CREATE TABLE vaults (
    id_fp BLOB NOT NULL,
    record_hash BLOB NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id_fp, record_hash)
  ) STRICT;
  `,
  `
  CREATE INDEX entries_with_file ON entries (c, at, file) WHERE file IS NOT NULL;
  CREATE TABLE files (
    file BLOB PRIMARY KEY,
    owner BLOB NOT NULL,
    conversation BLOB NOT NULL,
    size INTEGER NOT NULL,
    seg_size INTEGER NOT NULL,
    charge INTEGER NOT NULL,
    synced INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    sha256 BLOB,
    touched INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_of_owner ON files (owner, charge);
  CREATE INDEX files_idle ON files (touched);
  CREATE TABLE devices (
    id_fp BLOB NOT NULL,
    device INTEGER NOT NULL,
    ticket_hash BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('device', 'export')),
    name TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (id_fp, device)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE shared_states (
    id_fp BLOB PRIMARY KEY,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE standing (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL,
    commits INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO standing (one, id, commits, at) VALUES (1, randomblob(16), 0, 0);
  CREATE TABLE usage (
    id_fp BLOB PRIMARY KEY,
    messages INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE entries ADD COLUMN charge INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE members ADD COLUMN credit INTEGER NOT NULL DEFAULT 0;
  UPDATE entries SET charge = length(bytes) + 256 WHERE author IS NOT NULL;
  INSERT INTO usage (id_fp, messages)
    SELECT id_fp, sum(charge) FROM entries JOIN members ON m = author GROUP BY id_fp;
  INSERT INTO usage (id_fp, files) SELECT owner, sum(charge) FROM files WHERE true GROUP BY owner
    ON CONFLICT DO UPDATE SET files = excluded.files;
  ALTER TABLE files ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
  UPDATE files SET listed = EXISTS (SELECT 1 FROM entries WHERE entries.file = files.file);
  DROP INDEX files_of_owner;
  DROP INDEX files_idle;
  CREATE INDEX files_idle ON files (touched) WHERE NOT listed;
  CREATE INDEX files_unlisted ON files (owner, touched) WHERE NOT listed;
  CREATE TABLE doomed (file BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE owner (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL,
    setup BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE INDEX epochs_by_id ON entries (c, id) WHERE kind = 'epoch';
  CREATE INDEX members_by_name ON members (name);
  CREATE TABLE closings (
    id_fp BLOB PRIMARY KEY,
    name TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];

/** 'SCht': distinguishes our database from others. */
const APPLICATION_ID = 0x53436874;

/** Pages of the write-ahead log after which SQLite checkpoints by itself, if the worker never does: 64 MiB. */
const LAST_RESORT_CHECKPOINT_PAGES = 16_384;

/**
 * Opens the database at `path`, creates it when missing, and migrates it.
 * @throws Error with a sentence for the operator when the file is newer than this program or not ours
 */
export function openDatabase(path: string, steps: readonly string[] = migrations): DatabaseSync {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    migrate(db, path, steps);
    // FULL syncs the log at every commit, which is what an answer promises.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec(`PRAGMA wal_autocheckpoint = ${LAST_RESORT_CHECKPOINT_PAGES}; PRAGMA journal_size_limit = 67108864`);
    db.exec('PRAGMA cache_size = -32768');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function notOurs(path: string): Error {
  return new Error(`${path} is not a securechat database; restore it from a backup, or start with another --data-dir`);
}

function migrate(db: DatabaseSync, path: string, steps: readonly string[]): void {
  const version = pragma(db, 'user_version');
  if (version > steps.length) {
    throw new Error(
      `${path} was written by a newer securechat-daemon (version ${version}, this one knows ${steps.length}): install that one, or start with another data folder`,
    );
  }
  const empty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (pragma(db, 'application_id') !== APPLICATION_ID && !empty) {
    throw notOurs(path);
  }
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(step);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

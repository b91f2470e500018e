/** The tables of uploads, downloads and saved files. `me` and `author` are identity fingerprints. */
export const transferTables: readonly string[] = [
  // Begun, and neither finished nor given up. sealed: transfer-record.ts; note: sealed, why it stopped; dropped: given up, but the daemon
  // does not know yet
  `CREATE TABLE transfers (me BLOB NOT NULL, author BLOB NOT NULL, file BLOB NOT NULL, direction TEXT NOT NULL, conversation BLOB NOT NULL,
     sealed BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0, device INTEGER, note BLOB, dropped INTEGER NOT NULL DEFAULT 0,
     at INTEGER NOT NULL, PRIMARY KEY (me, author, file)) STRICT, WITHOUT ROWID`,
  // sealed: path, SHA-256, size and modification time of the newest copy that was saved here
  `CREATE TABLE saved_files (me BLOB NOT NULL, file BLOB NOT NULL, sealed BLOB NOT NULL,
     PRIMARY KEY (me, file)) STRICT, WITHOUT ROWID`,
];

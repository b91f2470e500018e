/**
 * The tables of conversations. `account` is a daemon and an identity on it; ids and fingerprints are hex. What the daemon knows anyway
 * (places, times, ids) is plain; contents, keys and hashes of plain texts are sealed by the profile.
 */
export const chatTables: readonly string[] = [
  // One entry of a conversation. sealed: its content (entry-body.ts); raw: the bytes while it cannot be opened, and the claimed name of its
  // author. tag: keyed hash of the item; prev: that of the item before it in its device's chain
  `CREATE TABLE entries (account TEXT NOT NULL, conversation TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
     author TEXT NOT NULL, id TEXT NOT NULL, device INTEGER NOT NULL, device_seq INTEGER NOT NULL, tag TEXT NOT NULL,
     prev TEXT NOT NULL, shown INTEGER NOT NULL, gap TEXT, sealed BLOB, raw BLOB, name TEXT, epoch TEXT,
     PRIMARY KEY (account, conversation, seq)) STRICT, WITHOUT ROWID`,
  'CREATE INDEX entries_by_id ON entries (account, conversation, author, id)',
  'CREATE INDEX entries_by_tag ON entries (account, conversation, tag)',
  'CREATE INDEX entries_by_chain ON entries (account, conversation, author, device, device_seq)',
  'CREATE INDEX entries_by_at ON entries (account, at)',
  // The entry at seq changes the message (author, id): an edit, a delete, a reaction
  `CREATE TABLE marks (account TEXT NOT NULL, conversation TEXT NOT NULL, author TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
     PRIMARY KEY (account, conversation, author, id, seq)) STRICT, WITHOUT ROWID`,
  // "by" signed a receipt for message id of the other side
  `CREATE TABLE receipts (account TEXT NOT NULL, conversation TEXT NOT NULL, by TEXT NOT NULL, id TEXT NOT NULL,
     PRIMARY KEY (account, conversation, by, id)) STRICT, WITHOUT ROWID`,
  'CREATE TABLE due_receipts (account TEXT NOT NULL, conversation TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (account, conversation, id)) STRICT, WITHOUT ROWID',
  // Both known ends of the chain of one device of one author (chain-gaps.ts)
  `CREATE TABLE chains (account TEXT NOT NULL, conversation TEXT NOT NULL, author TEXT NOT NULL, device INTEGER NOT NULL,
     first INTEGER NOT NULL, first_prev TEXT NOT NULL, last INTEGER NOT NULL, last_tag TEXT NOT NULL,
     PRIMARY KEY (account, conversation, author, device)) STRICT, WITHOUT ROWID`,
  // Every entry with bottom < seq <= top is stored. read: the daemon's read mark; told: the last entry that listeners were notified of
  `CREATE TABLE coverage (account TEXT NOT NULL, conversation TEXT NOT NULL, bottom INTEGER NOT NULL, top INTEGER NOT NULL,
     read INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (account, conversation)) STRICT, WITHOUT ROWID`,
  // What is to be sent. content: sealed; bytes: exactly what is sent, null until it is its turn; receipt: whether it is one
  `CREATE TABLE outbox (n INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, conversation TEXT NOT NULL, recipient TEXT NOT NULL,
     device INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, content BLOB NOT NULL, file TEXT, bytes BLOB, hash BLOB,
     device_seq INTEGER, state TEXT NOT NULL, error TEXT, seq INTEGER, placed_at INTEGER, receipt INTEGER NOT NULL DEFAULT 0,
     UNIQUE (account, conversation, id)) STRICT`,
  'CREATE INDEX outbox_by_turn ON outbox (account, state, conversation, n)',
  // The newest item of each of this profile's devices that the daemon has stored; hash: sealed
  `CREATE TABLE own_chains (account TEXT NOT NULL, conversation TEXT NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,
     hash BLOB NOT NULL, PRIMARY KEY (account, conversation, device)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE room_logs (account TEXT NOT NULL, room TEXT NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
     PRIMARY KEY (account, room, n)) STRICT, WITHOUT ROWID`,
  // key: sealed; null until a grant brings it. refused: its maker's key was not accepted, so its signature was not checked
  `CREATE TABLE epochs (account TEXT NOT NULL, room TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
     maker TEXT NOT NULL, key BLOB, refused INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (account, room, epoch)) STRICT, WITHOUT ROWID`,
  // Every message that names a file
  `CREATE TABLE shared_files (account TEXT NOT NULL, file TEXT NOT NULL, conversation TEXT NOT NULL, seq INTEGER NOT NULL,
     PRIMARY KEY (account, file, conversation, seq)) STRICT, WITHOUT ROWID`,
  // lobby: the pinned room id; tag_key: sealed, makes the tags above
  'CREATE TABLE chat_accounts (account TEXT PRIMARY KEY, lobby TEXT NOT NULL, tag_key BLOB NOT NULL) STRICT',
];

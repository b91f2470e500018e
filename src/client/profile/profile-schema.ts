/** The tables of profile.db. Every part of the client keeps its own list. */

import { savedTables } from '../transfers/saved-store.ts';
import { firstTransferTables, transferTables } from '../transfers/transfer-store.ts';
import { chatTables } from './chat-schema.ts';

/** Whom this profile trusts and who it is. `daemon` is a daemon's fingerprint (32 bytes) everywhere. */
const accountTables = [
  `CREATE TABLE daemons (daemon BLOB PRIMARY KEY, daemon_id BLOB, confirmed INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE addresses (address TEXT PRIMARY KEY, daemon BLOB NOT NULL, at INTEGER NOT NULL) STRICT`,
  // keys: sealed (account-store.ts)
  `CREATE TABLE accounts (daemon BLOB NOT NULL, name TEXT NOT NULL, keys BLOB NOT NULL, vault_version INTEGER NOT NULL DEFAULT 0,
     local_keys INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL, PRIMARY KEY (daemon, name)) STRICT`,
  `CREATE TABLE devices (device INTEGER PRIMARY KEY, retired INTEGER NOT NULL DEFAULT 0) STRICT`,
  `CREATE TABLE tickets (daemon BLOB NOT NULL, name TEXT NOT NULL, device INTEGER NOT NULL, ticket BLOB NOT NULL,
     PRIMARY KEY (daemon, name, device)) STRICT`,
  // card: the newest accepted one; changed_to: another identity that the directory shows for this name
  `CREATE TABLE pins (daemon BLOB NOT NULL, name TEXT NOT NULL, id_fp BLOB NOT NULL, card_seq INTEGER NOT NULL,
     card_hash BLOB NOT NULL, card BLOB NOT NULL, verified INTEGER NOT NULL DEFAULT 0, changed_to BLOB,
     PRIMARY KEY (daemon, name)) STRICT`,
  // every identity that was ever accepted for a name, so that what it signed then can still be read
  `CREATE TABLE identities (daemon BLOB NOT NULL, id_fp BLOB NOT NULL, name TEXT NOT NULL, sig_spki BLOB NOT NULL,
     PRIMARY KEY (daemon, id_fp)) STRICT`,
];

/** Uploads as version 1 kept them; only repeating one went on with it. */
const uploadTables = [
  `CREATE TABLE uploads (me BLOB NOT NULL, conversation BLOB NOT NULL, path TEXT NOT NULL, version TEXT NOT NULL,
     file BLOB NOT NULL, seg_size INTEGER NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (me, conversation, path)) STRICT`,
];

/** Entry i brings version i to i + 1. What was released is never edited: a change is a new entry. */
export const migrations: readonly (readonly string[])[] = [
  [...accountTables, ...chatTables, ...uploadTables],
  // Paths were plain there. What is under way begins anew; the daemon forgets the bytes after a week.
  ['DROP TABLE uploads', ...firstTransferTables],
  // refused: its maker's key is none that was accepted, and its signature was not checked
  ['ALTER TABLE epochs ADD COLUMN refused INTEGER NOT NULL DEFAULT 0'],
  // id_fp, card_seq, card_hash: of the newest card in keys; vault_stored: the highest version that the daemon is known to have had
  [
    'ALTER TABLE accounts ADD COLUMN id_fp BLOB',
    'ALTER TABLE accounts ADD COLUMN card_seq INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE accounts ADD COLUMN card_hash BLOB',
    'ALTER TABLE accounts ADD COLUMN vault_stored INTEGER NOT NULL DEFAULT 0',
  ],
  // receipt: nothing that the person wrote
  ['ALTER TABLE outbox ADD COLUMN receipt INTEGER NOT NULL DEFAULT 0'],
  // Every message that names a file, not only the first that was met
  [
    'ALTER TABLE shared_files RENAME TO first_files',
    `CREATE TABLE shared_files (account TEXT NOT NULL, file TEXT NOT NULL, conversation TEXT NOT NULL, seq INTEGER NOT NULL,
       PRIMARY KEY (account, file, conversation, seq)) STRICT, WITHOUT ROWID`,
    'INSERT INTO shared_files SELECT account, file, conversation, seq FROM first_files',
    'DROP TABLE first_files',
  ],
  savedTables,
  // Whose they were was sealed there: what is under way begins anew, and the daemon forgets the bytes after a week.
  ['DROP TABLE transfers', ...transferTables],
];

/** The tables of profile.db. */
import { chatTables } from './chat-schema.ts';
import { transferTables } from './transfer-schema.ts';

/** Daemons, own accounts, and the keys of others. `daemon` is a daemon's fingerprint (32 bytes) everywhere. */
const accountTables = [
  `CREATE TABLE daemons (daemon BLOB PRIMARY KEY, daemon_id BLOB, confirmed INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL) STRICT`,
  `CREATE TABLE addresses (address TEXT PRIMARY KEY, daemon BLOB NOT NULL, at INTEGER NOT NULL) STRICT`,
  // keys: sealed (account-store.ts); id_fp, card_seq, card_hash: of the newest card in keys; vault_stored: the highest version that the
  // daemon is known to have stored
  `CREATE TABLE accounts (daemon BLOB NOT NULL, name TEXT NOT NULL, keys BLOB NOT NULL, vault_version INTEGER NOT NULL DEFAULT 0,
     local_keys INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL, id_fp BLOB, card_seq INTEGER NOT NULL DEFAULT 0, card_hash BLOB,
     vault_stored INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (daemon, name)) STRICT`,
  `CREATE TABLE devices (device INTEGER PRIMARY KEY, retired INTEGER NOT NULL DEFAULT 0) STRICT`,
  `CREATE TABLE tickets (daemon BLOB NOT NULL, name TEXT NOT NULL, device INTEGER NOT NULL, ticket BLOB NOT NULL,
     PRIMARY KEY (daemon, name, device)) STRICT`,
  // card: the newest accepted one, null while the pin is known from another device only; card_seq and card_hash may be ahead of it.
  // trust, at, device: what the person decided, when and where (shared-rows.ts). changed_to: another identity that the directory shows
  // for this name; elsewhere: one that another device of this account met
  `CREATE TABLE pins (daemon BLOB NOT NULL, name TEXT NOT NULL, id_fp BLOB NOT NULL, card_seq INTEGER NOT NULL,
     card_hash BLOB NOT NULL, card BLOB, trust TEXT NOT NULL, at INTEGER NOT NULL, device INTEGER NOT NULL, changed_to BLOB,
     elsewhere BLOB, PRIMARY KEY (daemon, name)) STRICT`,
  // Every identity that was ever accepted for a name: it verifies what was signed then
  `CREATE TABLE identities (daemon BLOB NOT NULL, id_fp BLOB NOT NULL, name TEXT NOT NULL, sig_spki BLOB NOT NULL,
     PRIMARY KEY (daemon, id_fp)) STRICT`,
];

const rowTables = [
  // key: keyed hash of the name, sealed: name and value (sealed-rows.ts); n grows with each write
  `CREATE TABLE sealed_rows (n INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT`,
];

/** What the devices of an account share. `account`: as in chat-schema.ts. */
const sharedTables = [
  // The newest state that the daemon stored or gave, sealed under the identity key (shared-state.ts)
  'CREATE TABLE shared_states (account TEXT PRIMARY KEY, version INTEGER NOT NULL, state BLOB NOT NULL) STRICT',
  // Mutes and blocks. key: keyed hash of kind and key; sealed: both, and whether it is on (shared-switches.ts)
  `CREATE TABLE shared_switches (account TEXT NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL, device INTEGER NOT NULL,
     sealed BLOB NOT NULL, PRIMARY KEY (account, key)) STRICT`,
];

/** Entry i brings version i to i + 1. Never edit a released entry; add one. */
export const migrations: readonly (readonly string[])[] = [
  [...accountTables, ...chatTables, ...transferTables, ...rowTables, ...sharedTables],
];

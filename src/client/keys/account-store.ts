/** The accounts of a profile: their keys, tickets and vault versions. Keys and tickets are sealed. */
import * as v from 'valibot';
import type { Clock } from '../../platform/clock.ts';
import { openCard } from '../../protocol/account/card.ts';
import { fromUtf8, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import type { PrivateEncryptionKey } from '../../protocol/crypto/person-seal.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import { decodeMessagePack, encodeMessagePack } from '../../protocol/wire/message-pack.ts';
import { ClientError } from '../errors.ts';
import type { Profile } from '../profile/profile.ts';
import type { Statement } from '../profile/profile-db.ts';

/** The private keys of an account. `keys`: encryption keys, the newest first, each with the newest card that names it. */
export type AccountKeys = { identity: KeyPair; keys: ({ card: Uint8Array } & PrivateEncryptionKey)[] };

/** `vaultVersion`: the highest that was made or seen; `vaultStored`: the highest that the daemon has stored. */
export type Account = { keys: AccountKeys; vaultVersion: number; vaultStored: number; localKeys: boolean };

/** The most MessagePack values in the keys of one account: 6 for each key, and a few around them. */
const MAX_VALUES = 4096;

const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const storedKeys = v.strictObject({
  v: v.literal(1),
  identity: v.strictObject({ spki: bytes, pkcs8: bytes }),
  keys: v.pipe(v.array(v.strictObject({ card: bytes, pkcs8: bytes, seed: bytes })), v.minLength(1)),
});

/** What a device logs in with, and the name under which the daemon lists it. */
export type Ticket = { secret: Uint8Array; deviceName: string };

function encodeTicket({ secret, deviceName }: Ticket): Uint8Array {
  return new Writer().var16(secret).bytes(utf8(deviceName)).finish();
}

export class AccountStore {
  readonly #profile: Profile;
  readonly #clock: Clock;

  constructor(profile: Profile, clock: Clock) {
    this.#profile = profile;
    this.#clock = clock;
  }

  /** Returns the names of the accounts at a daemon, the last used one first. @param daemon its fingerprint, here and below */
  async names(daemon: Uint8Array): Promise<string[]> {
    const rows = await this.#profile.db.all('SELECT name FROM accounts WHERE daemon = ? ORDER BY at DESC', [daemon]);
    return rows.map((row) => String(row.name));
  }

  /** Call after a login: makes this the account that was used last. */
  async markUsed(daemon: Uint8Array, name: string): Promise<void> {
    // Usually it already is, and then nothing is written.
    await this.#profile.db.run(
      `UPDATE accounts SET at = ? WHERE daemon = ? AND name = ?
       AND EXISTS (SELECT 1 FROM accounts x WHERE x.at >= accounts.at AND NOT (x.daemon = ? AND x.name = ?))`,
      [this.#clock.now(), daemon, name, daemon, name],
    );
  }

  /** Returns null if the profile has no such account. @throws ClientError 'refused' when the profile is damaged, 'version' when a newer program wrote it */
  async load(daemon: Uint8Array, name: string): Promise<Account | null> {
    const [row] = await this.#profile.db.all('SELECT * FROM accounts WHERE daemon = ? AND name = ?', [daemon, name]);
    if (row === undefined) return null;
    const plain = this.#profile.open(row.keys as Uint8Array, aadFor('keys', name));
    const { identity, keys } = readKeys(plain);
    return {
      keys: { identity, keys },
      vaultVersion: Number(row.vault_version),
      vaultStored: Number(row.vault_stored),
      localKeys: row.local_keys === 1,
    };
  }

  /**
   * Stores the account; on stable storage when it resolves. Versions, and the choice of local keys, only move forward. A card replaces
   * neither a later one nor another one with its number.
   * @returns what is stored now: another process of this profile may have stored a later state
   */
  async save(daemon: Uint8Array, name: string, account: Account): Promise<Account> {
    await this.#write(
      daemon,
      name,
      account,
      `vault_version = max(vault_version, excluded.vault_version), vault_stored = max(vault_stored, excluded.vault_stored),
         local_keys = max(local_keys, excluded.local_keys)
       WHERE id_fp IS NULL OR (id_fp = excluded.id_fp
         AND (card_seq < excluded.card_seq OR card_seq = excluded.card_seq AND card_hash = excluded.card_hash))`,
    );
    return (await this.load(daemon, name)) ?? account;
  }

  /** As `save`, but may move back. Call it only after the person agreed. */
  async replace(daemon: Uint8Array, name: string, account: Account): Promise<void> {
    await this.#write(
      daemon,
      name,
      account,
      'vault_version = excluded.vault_version, vault_stored = excluded.vault_stored, local_keys = excluded.local_keys',
    );
  }

  /** Returns the ticket with which `device` logs in without a password; null if there is none. */
  async ticket(daemon: Uint8Array, name: string, device: number): Promise<Ticket | null> {
    const [row] = await this.#profile.db.all(
      'SELECT ticket FROM tickets WHERE daemon = ? AND name = ? AND device = ?',
      [daemon, name, device],
    );
    if (row === undefined) return null;
    const reader = new Reader(this.#profile.open(row.ticket as Uint8Array, aadFor('ticket', name)));
    return { secret: reader.var16(), deviceName: fromUtf8(reader.rest()) };
  }

  /** Returns the devices that have a ticket. */
  async devicesWithTicket(daemon: Uint8Array, name: string): Promise<number[]> {
    const rows = await this.#profile.db.all('SELECT device FROM tickets WHERE daemon = ? AND name = ?', [daemon, name]);
    return rows.map((row) => Number(row.device));
  }

  /** Stores a ticket; null removes it. */
  async saveTicket(daemon: Uint8Array, name: string, device: number, ticket: Ticket | null): Promise<void> {
    const key = [daemon, name, device];
    const statement: Statement =
      ticket === null
        ? { sql: 'DELETE FROM tickets WHERE daemon = ? AND name = ? AND device = ?', params: key }
        : {
            sql: 'INSERT OR REPLACE INTO tickets (daemon, name, device, ticket) VALUES (?, ?, ?, ?)',
            params: [...key, this.#profile.seal(encodeTicket(ticket), aadFor('ticket', name))],
          };
    await this.#profile.db.transaction([statement]);
  }

  async #write(daemon: Uint8Array, name: string, account: Account, onConflict: string): Promise<void> {
    const [newest] = account.keys.keys;
    if (newest === undefined) throw new Error('an account has at least one key');
    const { idFp, cardSeq, hash } = openCard(newest.card);
    const sealed = this.#profile.seal(encodeMessagePack({ v: 1, ...account.keys }), aadFor('keys', name));
    const { vaultVersion, vaultStored, localKeys } = account;
    await this.#profile.db.run(
      `INSERT INTO accounts (daemon, name, keys, id_fp, card_seq, card_hash, vault_version, vault_stored, local_keys, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (daemon, name) DO UPDATE SET keys = excluded.keys, id_fp = excluded.id_fp, card_seq = excluded.card_seq,
         card_hash = excluded.card_hash, at = excluded.at, ${onConflict}`,
      [daemon, name, sealed, idFp, cardSeq, hash, vaultVersion, vaultStored, localKeys ? 1 : 0, this.#clock.now()],
    );
  }
}

function aadFor(what: 'keys' | 'ticket', name: string): Uint8Array {
  return utf8(`${what} ${name}`);
}

function readKeys(plain: Uint8Array): AccountKeys {
  try {
    return v.parse(storedKeys, decodeMessagePack(plain, MAX_VALUES));
  } catch {
    // The seal proves that the bytes are intact, so only their format can differ.
  }
  throw new ClientError('version', 'the keys in this profile were stored by another version of securechat; update it');
}

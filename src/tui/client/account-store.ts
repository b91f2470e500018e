/** What the profile holds of my accounts: keys, tickets, the version of the vault. Keys and tickets lie sealed. */
import { decode, encode } from '@msgpack/msgpack';
import * as v from 'valibot';
import { utf8 } from '../../protocol/bytes.ts';
import type { KeyPair } from '../../protocol/rsa.ts';
import type { Clock } from '../../protocol/seams.ts';
import { ClientError } from './errors.ts';
import type { Profile } from './profile.ts';
import type { Statement } from './profile-db.ts';

/** One person's private keys. `keys`: newest first, each with the newest card that names it. */
export type AccountKeys = { identity: KeyPair; keys: { card: Uint8Array; pkcs8: Uint8Array }[] };

export type Account = { keys: AccountKeys; vaultVersion: number; localKeys: boolean };

const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
const storedKeys = v.strictObject({
  v: v.literal(1),
  identity: v.strictObject({ spki: bytes, pkcs8: bytes }),
  keys: v.pipe(v.array(v.strictObject({ card: bytes, pkcs8: bytes })), v.minLength(1)),
});

export class AccountStore {
  readonly #profile: Profile;
  readonly #clock: Clock;

  constructor(profile: Profile, clock: Clock) {
    this.#profile = profile;
    this.#clock = clock;
  }

  /** The names that this profile holds keys of, the last used first. */
  async names(daemon: Uint8Array): Promise<string[]> {
    const rows = await this.#profile.db.all('SELECT name FROM accounts WHERE daemon = ? ORDER BY at DESC', [daemon]);
    return rows.map((row) => String(row.name));
  }

  /** The address that `name`, else whoever was used last, is known at, with the name that was used last there. */
  async last(name: string | null): Promise<{ server: string; user?: string } | null> {
    const [row] = await this.#profile.db.all(
      `SELECT a.address, x.name FROM addresses a LEFT JOIN accounts x ON x.daemon = a.daemon
       ORDER BY x.name = ? DESC, x.at DESC, a.at DESC LIMIT 1`,
      [name],
    );
    if (row === undefined) return null;
    return { server: String(row.address), ...(row.name !== null && { user: String(row.name) }) };
  }

  /** After a login: it is the one that was used last. */
  async used(daemon: Uint8Array, name: string): Promise<void> {
    // Mostly it was that before, and then nothing is written.
    await this.#profile.db.run(
      `UPDATE accounts SET at = ? WHERE daemon = ? AND name = ?
       AND EXISTS (SELECT 1 FROM accounts x WHERE x.at >= accounts.at AND NOT (x.daemon = ? AND x.name = ?))`,
      [this.#clock.now(), daemon, name, daemon, name],
    );
  }

  /** @throws ClientError 'refused' when the profile is damaged. */
  async load(daemon: Uint8Array, name: string): Promise<Account | null> {
    const [row] = await this.#profile.db.all('SELECT * FROM accounts WHERE daemon = ? AND name = ?', [daemon, name]);
    if (row === undefined) return null;
    const plain = this.#profile.open(row.keys as Uint8Array, place('keys', name));
    const { identity, keys } = readKeys(plain);
    return { keys: { identity, keys }, vaultVersion: Number(row.vault_version), localKeys: row.local_keys === 1 };
  }

  /** On stable storage when it resolves. */
  async save(daemon: Uint8Array, name: string, account: Account): Promise<void> {
    const sealed = this.#profile.seal(encode({ v: 1, ...account.keys }), place('keys', name));
    await this.#profile.db.run(
      `INSERT INTO accounts (daemon, name, keys, vault_version, local_keys, at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (daemon, name) DO UPDATE SET keys = excluded.keys, vault_version = excluded.vault_version,
         local_keys = excluded.local_keys, at = excluded.at`,
      [daemon, name, sealed, account.vaultVersion, account.localKeys ? 1 : 0, this.#clock.now()],
    );
  }

  async ticket(daemon: Uint8Array, name: string, device: number): Promise<Uint8Array | null> {
    const [row] = await this.#profile.db.all(
      'SELECT ticket FROM tickets WHERE daemon = ? AND name = ? AND device = ?',
      [daemon, name, device],
    );
    return row === undefined ? null : this.#profile.open(row.ticket as Uint8Array, place('ticket', name));
  }

  /** The devices that may log in without a password. */
  async devicesWithTicket(daemon: Uint8Array, name: string): Promise<number[]> {
    const rows = await this.#profile.db.all('SELECT device FROM tickets WHERE daemon = ? AND name = ?', [daemon, name]);
    return rows.map((row) => Number(row.device));
  }

  async saveTicket(daemon: Uint8Array, name: string, device: number, ticket: Uint8Array | null): Promise<void> {
    const key = [daemon, name, device];
    const statement: Statement =
      ticket === null
        ? { sql: 'DELETE FROM tickets WHERE daemon = ? AND name = ? AND device = ?', params: key }
        : {
            sql: 'INSERT OR REPLACE INTO tickets (daemon, name, device, ticket) VALUES (?, ?, ?, ?)',
            params: [...key, this.#profile.seal(ticket, place('ticket', name))],
          };
    await this.#profile.db.transaction([statement]);
  }
}

function place(what: 'keys' | 'ticket', name: string): Uint8Array {
  return utf8(`${what} ${name}`);
}

function readKeys(plain: Uint8Array): AccountKeys {
  const read = v.safeParse(storedKeys, decode(plain));
  if (read.success) return read.output;
  throw new ClientError('version', 'the keys in this profile were stored by another version of securechat; update it');
}

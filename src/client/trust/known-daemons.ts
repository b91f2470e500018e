/** The pinned keys of daemons: a new one is trusted once by the person, as in ssh. */
import type { Clock } from '../../platform/clock.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { fingerprintWords } from '../../protocol/link/daemon-identity.ts';
import type { Ask } from '../connect-types.ts';
import { type Address, addressText, untrustedJoinLinkError, wrongJoinLinkError } from '../connection/dial.ts';
import { ClientError } from '../errors.ts';
import type { ProfileDb } from '../profile/profile-db.ts';

export type KnownDaemon = {
  fingerprint: Uint8Array;
  /** null until the first login. */
  daemonId: Uint8Array | null;
  /** A login by password proved that nobody intercepts the link: only then a login by key is safe. */
  confirmed: boolean;
};

export class KnownDaemons {
  readonly #db: ProfileDb;
  readonly #clock: Clock;

  constructor(db: ProfileDb, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Returns the daemon that is pinned for an address; null if there is none. */
  async at(address: Address): Promise<KnownDaemon | null> {
    return this.#first('SELECT d.* FROM addresses a JOIN daemons d ON d.daemon = a.daemon WHERE a.address = ?', [
      addressText(address),
    ]);
  }

  /** Returns the daemon with this fingerprint; null if it is not known. */
  async byFingerprint(fingerprint: Uint8Array): Promise<KnownDaemon | null> {
    return this.#first('SELECT * FROM daemons WHERE daemon = ?', [fingerprint]);
  }

  /** Pins the key of an address. Call it after the handshake proved the key. Never replaces another key. */
  async remember(address: Address, fingerprint: Uint8Array): Promise<void> {
    const now = this.#clock.now();
    await this.#db.transaction([
      { sql: 'INSERT OR IGNORE INTO daemons (daemon, at) VALUES (?, ?)', params: [fingerprint, now] },
      {
        sql: 'INSERT OR IGNORE INTO addresses (address, daemon, at) VALUES (?, ?, ?)',
        params: [addressText(address), fingerprint, now],
      },
    ]);
  }

  /** Call after a login by password: from now on, logins by key are safe. */
  async confirm(fingerprint: Uint8Array, daemonId: Uint8Array): Promise<void> {
    await this.#db.run('UPDATE daemons SET confirmed = 1, daemon_id = ? WHERE daemon = ?', [daemonId, fingerprint]);
  }

  /** Forgets an address, but not the key: its accounts stay. @returns false if the address is not known */
  async forget(address: Address): Promise<boolean> {
    return (await this.#db.run('DELETE FROM addresses WHERE address = ?', [addressText(address)])).changes > 0;
  }

  async #first(sql: string, params: (string | Uint8Array)[]): Promise<KnownDaemon | null> {
    const [row] = await this.#db.all(sql, params);
    if (row === undefined) return null;
    return {
      fingerprint: row.daemon as Uint8Array,
      daemonId: row.daemon_id as Uint8Array | null,
      confirmed: row.confirmed === 1,
    };
  }
}

/**
 * Returns the fingerprint that the daemon at `address` must prove.
 * @param linked the fingerprint of a join link; null without one
 * @param readFingerprint asks the daemon which key it shows
 * @param trust asks the person about an unknown key
 * @throws ClientError 'key-changed' when the join link has another key than the pinned one; 'untrusted' when it has another key than
 *   the shown one, or the person does not trust the key
 */
export async function expectedFingerprint(
  known: KnownDaemons,
  address: Address,
  linked: Uint8Array | null,
  readFingerprint: () => Promise<Uint8Array>,
  trust: Ask['trust'],
): Promise<Uint8Array> {
  const pinned = await known.at(address);
  if (pinned !== null) {
    if (linked !== null && !equal(linked, pinned.fingerprint))
      throw untrustedJoinLinkError(address, pinned.fingerprint, linked);
    return pinned.fingerprint;
  }
  const shown = await readFingerprint();
  if (linked !== null) {
    // Checked before the person types a password; the handshake proves the key.
    if (!equal(linked, shown)) throw wrongJoinLinkError(address, linked, shown);
    return linked;
  }
  // A known daemon at another address: the handshake proves its key.
  if ((await known.byFingerprint(shown)) !== null) return shown;
  const fingerprint = hex(shown);
  if (await trust({ address: addressText(address), fingerprint, words: fingerprintWords(shown) })) return shown;
  throw new ClientError(
    'untrusted',
    `the server at ${addressText(address)} is not known here; compare ${fingerprint} with its operator, then use its join link or --trust-new`,
  );
}

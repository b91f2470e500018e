/** Which daemon is meant: known by its fingerprint, as in ssh, or asked about once. */

import type { Clock } from '../../platform/clock.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { fingerprintWords } from '../../protocol/link/daemon-identity.ts';
import { type Address, addressText, untrustedJoinLinkError, wrongJoinLinkError } from '../connection/dial.ts';
import { ClientError } from '../errors.ts';
import type { ProfileDb } from '../profile/profile-db.ts';
import type { Ask } from '../types.ts';

export type KnownDaemon = {
  fingerprint: Uint8Array;
  /** null until the first login. */
  daemonId: Uint8Array | null;
  /** A login by password proved that nobody sits between: only then is a key login safe. */
  confirmed: boolean;
};

export class KnownDaemons {
  readonly #db: ProfileDb;
  readonly #clock: Clock;

  constructor(db: ProfileDb, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async at(address: Address): Promise<KnownDaemon | null> {
    return this.#first('SELECT d.* FROM addresses a JOIN daemons d ON d.daemon = a.daemon WHERE a.address = ?', [
      addressText(address),
    ]);
  }

  async byFingerprint(fingerprint: Uint8Array): Promise<KnownDaemon | null> {
    return this.#first('SELECT * FROM daemons WHERE daemon = ?', [fingerprint]);
  }

  /** After a handshake proved that `address` holds this key. Never replaces another key. */
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

  /** After a login by password. */
  async confirm(fingerprint: Uint8Array, daemonId: Uint8Array): Promise<void> {
    await this.#db.run('UPDATE daemons SET confirmed = 1, daemon_id = ? WHERE daemon = ?', [daemonId, fingerprint]);
  }

  /** Only the address: what belongs to the key stays, for the case that it comes back. */
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
 * The fingerprint that the daemon at `address` must prove.
 * @param linked from a join link, null without one
 * @param greet asks the daemon which key it shows
 * @throws ClientError 'key-changed' when a link names another key than the known one, 'untrusted' when it names another than
 *   the shown one, or the person says no
 */
export async function expectedFingerprint(
  known: KnownDaemons,
  address: Address,
  linked: Uint8Array | null,
  greet: () => Promise<Uint8Array>,
  trust: Ask['trust'],
): Promise<Uint8Array> {
  const here = await known.at(address);
  if (here !== null) {
    if (linked !== null && !equal(linked, here.fingerprint))
      throw untrustedJoinLinkError(address, here.fingerprint, linked);
    return here.fingerprint;
  }
  const shown = await greet();
  if (linked !== null) {
    // Said now, before anybody types a password; the handshake proves it.
    if (!equal(linked, shown)) throw wrongJoinLinkError(address, linked, shown);
    return linked;
  }
  // The same daemon under another address: the handshake proves it.
  if ((await known.byFingerprint(shown)) !== null) return shown;
  const fingerprint = hex(shown);
  if (await trust({ address: addressText(address), fingerprint, words: fingerprintWords(shown) })) return shown;
  throw new ClientError(
    'untrusted',
    `the server at ${addressText(address)} is not known here; compare ${fingerprint} with its operator, then use its join link or --trust-new`,
  );
}

/**
 * Folder `trust`: which keys of people and of daemons, and which devices of an account, are remembered; it sends no requests. Stores the
 * pinned cards of people, and every identity that was ever pinned; `keys/keyring.ts` decides that a key changed.
 */

import { type Card, openCard, type Pin } from '../../protocol/account/card.ts';
import { type Decided, MAX_TIME, type Trust } from '../../protocol/account/shared-rows.ts';
import { equal } from '../../protocol/base/bytes.ts';
import type { ProfileDb, Row } from '../profile/profile-db.ts';

export type PinnedPerson = Pin & {
  name: string;
  /**
   * The newest card that was accepted for the pinned identity. null while this profile knows the pin from another device only: then
   * either nobody asked the daemon for the card yet, or it shows another identity (`changedTo`).
   */
  card: Card | null;
  /** Whether the person compared the safety number. */
  verified: boolean;
  /** Another identity that the directory shows for this name: nothing may be sealed until `acceptKey`. null if there is none. */
  changedTo: Uint8Array | null;
};

export class PinStore {
  readonly #db: ProfileDb;
  readonly #daemon: Uint8Array;
  /** The opened card of each name, because opening one checks a signature. */
  readonly #opened = new Map<string, { bytes: Uint8Array; card: Card }>();

  constructor(db: ProfileDb, daemon: Uint8Array) {
    this.#db = db;
    this.#daemon = daemon;
  }

  /** Returns null if nothing is pinned for the name. */
  async get(name: string): Promise<PinnedPerson | null> {
    const [row] = await this.#db.all('SELECT * FROM pins WHERE daemon = ? AND name = ?', [this.#daemon, name]);
    return row === undefined ? null : this.#pinnedFrom(row);
  }

  async all(): Promise<PinnedPerson[]> {
    const rows = await this.#db.all('SELECT * FROM pins WHERE daemon = ? ORDER BY name', [this.#daemon]);
    return rows.map((row) => this.#pinnedFrom(row));
  }

  /** Pins the first card, or a newer one of the pinned identity; does nothing for an older card or another identity. */
  async put(card: Card, bytes: Uint8Array, now: Decided): Promise<void> {
    await this.#write(
      card,
      bytes,
      { trust: 'met', ...now },
      `ON CONFLICT (daemon, name) DO UPDATE SET card_seq = excluded.card_seq, card_hash = excluded.card_hash,
         card = excluded.card, changed_to = NULL
       WHERE id_fp = excluded.id_fp AND card_seq <= excluded.card_seq`,
    );
  }

  /** Pins another identity for a name. Call it only after the person agreed. */
  async replace(card: Card, bytes: Uint8Array, now: Decided): Promise<void> {
    await this.#write(
      card,
      bytes,
      { trust: 'accepted', ...now },
      `ON CONFLICT (daemon, name) DO UPDATE SET id_fp = excluded.id_fp, card_seq = excluded.card_seq,
         card_hash = excluded.card_hash, card = excluded.card, trust = excluded.trust, at = min(${MAX_TIME}, max(excluded.at, at + 1)),
         device = excluded.device, changed_to = NULL, elsewhere = NULL`,
    );
  }

  /** Stores whether the person compared the key of `idFp`, if that is the pinned one; does nothing if it is stored already. */
  async setVerified(name: string, idFp: Uint8Array, verified: boolean, { at, device }: Decided): Promise<void> {
    await this.#db.run(
      `UPDATE pins SET trust = ?, at = min(${MAX_TIME}, max(?, at + 1)), device = ?, elsewhere = NULL
         WHERE daemon = ? AND name = ? AND id_fp = ? AND (trust = 'verified') = ?`,
      [verified ? 'verified' : 'accepted', at, device, this.#daemon, name, idFp, verified ? 0 : 1],
    );
  }

  /** Notes that the directory shows another identity. */
  async setChanged(name: string, offered: Uint8Array): Promise<void> {
    const params = [offered, this.#daemon, name];
    await this.#db.run('UPDATE pins SET changed_to = ? WHERE daemon = ? AND name = ?', params);
  }

  /** Returns the signing key of an identity that was ever pinned for `name`; else null. */
  async sigSpki(idFp: Uint8Array, name: string): Promise<Uint8Array | null> {
    const [row] = await this.#db.all('SELECT sig_spki FROM identities WHERE daemon = ? AND id_fp = ? AND name = ?', [
      this.#daemon,
      idFp,
      name,
    ]);
    return row === undefined ? null : (row.sig_spki as Uint8Array);
  }

  /** Returns the identities that were pinned for `name` before the current one, the newest first. */
  async formerIdentities(name: string): Promise<Uint8Array[]> {
    const rows = await this.#db.all(
      `SELECT id_fp FROM identities WHERE daemon = ? AND name = ?
         AND id_fp NOT IN (SELECT id_fp FROM pins WHERE daemon = ? AND name = ?) ORDER BY rowid DESC`,
      [this.#daemon, name, this.#daemon, name],
    );
    return rows.map((row) => row.id_fp as Uint8Array);
  }

  async #write(
    card: Card,
    bytes: Uint8Array,
    { trust, at, device }: Decided & { trust: Trust },
    onConflict: string,
  ): Promise<void> {
    await this.#db.transaction([
      {
        sql: `INSERT INTO pins (daemon, name, id_fp, card_seq, card_hash, card, trust, at, device)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ${onConflict}`,
        params: [this.#daemon, card.name, card.idFp, card.cardSeq, card.hash, bytes, trust, at, device],
      },
      {
        // Only if it is pinned now: another process may have pinned another identity first.
        sql: `INSERT OR IGNORE INTO identities (daemon, id_fp, name, sig_spki)
                SELECT daemon, id_fp, name, ? FROM pins WHERE daemon = ? AND name = ? AND id_fp = ?`,
        params: [card.sigSpki, this.#daemon, card.name, card.idFp],
      },
    ]);
  }

  #pinnedFrom(row: Row): PinnedPerson {
    const name = String(row.name);
    return {
      name,
      idFp: row.id_fp as Uint8Array,
      cardSeq: Number(row.card_seq),
      cardHash: row.card_hash as Uint8Array,
      card: row.card === null ? null : this.#cardFrom(name, row.card as Uint8Array),
      verified: row.trust === 'verified',
      changedTo: row.changed_to as Uint8Array | null,
    };
  }

  #cardFrom(name: string, bytes: Uint8Array): Card {
    const known = this.#opened.get(name);
    if (known !== undefined && equal(known.bytes, bytes)) return known.card;
    const card = openCard(bytes);
    this.#opened.set(name, { bytes, card });
    return card;
  }
}

/** The pins as rows that the devices of a person share, and what another device decided about them. */

import {
  compareRows,
  nameOfRow,
  pinOfRow,
  pinRow,
  type SharedPin,
  type SharedRow,
  type Trust,
} from '../../protocol/account/shared-rows.ts';
import { equal } from '../../protocol/base/bytes.ts';
import type { ProfileDb, Row, SqlValue, Statement } from '../profile/profile-db.ts';

/**
 * What became of a row of another device.
 * - `kept`: this device knew it, or something newer.
 * - `taken`: it is stored; the identity is the same as before, or the first one.
 * - `replaced`: the person accepted or compared another identity on another device, after what they decided here.
 * - `differs`: another device met another identity. The pin stays; it is reported once.
 * - `twin`: another device knows another card with the number of the pinned one. The pinned card stays.
 */
export type PinOutcome = 'kept' | 'taken' | 'replaced' | 'differs' | 'twin';

export class SharedPins {
  readonly #db: ProfileDb;
  readonly #daemon: Uint8Array;

  /** @param daemon its fingerprint */
  constructor(db: ProfileDb, daemon: Uint8Array) {
    this.#db = db;
    this.#daemon = daemon;
  }

  async rows(): Promise<SharedRow[]> {
    const rows = await this.#db.all(`SELECT ${COLUMNS} FROM pins WHERE daemon = ?`, [this.#daemon]);
    return rows.map(sharedRow);
  }

  /** Pins people whom this profile does not know yet; leaves the pins of others as they are. */
  async add(rows: readonly SharedRow[]): Promise<void> {
    await this.#db.transaction(rows.map((row) => newPin(this.#daemon, row, null)));
  }

  /** Stores what `row`, of kind `pin`, says about a person, unless this device knows something newer. */
  async take(row: SharedRow): Promise<PinOutcome> {
    const name = nameOfRow(row);
    const pin = pinOfRow(row);
    const [known] = await this.#db.all(`SELECT ${COLUMNS} FROM pins WHERE daemon = ? AND name = ?`, [
      this.#daemon,
      name,
    ]);
    if (known === undefined) {
      await this.add([row]);
      return 'taken';
    }
    if (compareRows(row, sharedRow(known)) <= 0) return 'kept';
    const isSame = equal(known.id_fp as Uint8Array, pin.idFp);
    if (!isSame) return pin.trust === 'met' ? this.#differs(known, pin) : this.#replace(known, pin, row);
    return this.#follow(known, pin, row);
  }

  async #differs(known: Row, { idFp }: SharedPin): Promise<PinOutcome> {
    if (known.elsewhere !== null && equal(known.elsewhere as Uint8Array, idFp)) return 'kept';
    return (await this.#update(known, 'elsewhere = ?', [idFp])) ? 'differs' : 'kept';
  }

  async #replace(known: Row, { idFp, cardSeq, cardHash, trust }: SharedPin, row: SharedRow): Promise<PinOutcome> {
    const isReplaced = await this.#update(
      known,
      `id_fp = ?, card_seq = ?, card_hash = ?, card = NULL, trust = ?, at = ?, device = ?, changed_to = NULL,
         elsewhere = NULL`,
      [idFp, cardSeq, cardHash, trust, row.at, row.device],
    );
    return isReplaced ? 'replaced' : 'kept';
  }

  /** Takes a decision about the pinned identity, and a newer card, which the keyring then asks for. */
  async #follow(known: Row, { cardSeq, cardHash, trust }: SharedPin, row: SharedRow): Promise<PinOutcome> {
    const [seq, hash] = [Number(known.card_seq), known.card_hash as Uint8Array];
    const card = cardSeq > seq ? [cardSeq, cardHash] : [seq, hash];
    const isTwin = cardSeq === seq && !equal(cardHash, hash);
    const isTaken = await this.#update(known, 'card_seq = ?, card_hash = ?, trust = ?, at = ?, device = ?', [
      ...card,
      trust,
      row.at,
      row.device,
    ]);
    return isTwin ? 'twin' : isTaken ? 'taken' : 'kept';
  }

  /** Changes a pin if it is still as `known` says: another process of the profile may have written a decision meanwhile. */
  async #update(known: Row, set: string, params: readonly SqlValue[]): Promise<boolean> {
    const { name, id_fp = null, card_seq = null, at = null, device = null } = known;
    const { changes } = await this.#db.run(
      `UPDATE pins SET ${set} WHERE daemon = ? AND name = ? AND id_fp = ? AND card_seq = ? AND at = ? AND device = ?`,
      [...params, this.#daemon, String(name), id_fp, card_seq, at, device],
    );
    return changes > 0;
  }
}

/** The statement that stores a row of kind `pin`, and the newest card if it is known, unless the person is pinned already. */
export function newPin(daemon: Uint8Array, row: SharedRow, card: Uint8Array | null): Statement {
  const { idFp, cardSeq, cardHash, trust } = pinOfRow(row);
  return {
    sql: `INSERT OR IGNORE INTO pins (daemon, name, id_fp, card_seq, card_hash, card, trust, at, device)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [daemon, nameOfRow(row), idFp, cardSeq, cardHash, card, trust, row.at, row.device],
  };
}

const COLUMNS = 'name, id_fp, card_seq, card_hash, trust, at, device, elsewhere';

function sharedRow(row: Row): SharedRow {
  return pinRow(
    String(row.name),
    {
      idFp: row.id_fp as Uint8Array,
      cardSeq: Number(row.card_seq),
      cardHash: row.card_hash as Uint8Array,
      trust: row.trust as Trust,
    },
    { at: Number(row.at), device: Number(row.device) },
  );
}

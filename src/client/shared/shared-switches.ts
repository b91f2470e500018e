/** Mutes and blocks of an account, in this profile. Each is a sealed row with the time and the device of the decision. */

import {
  type Decided,
  isOn,
  MAX_TIME,
  type SharedRow,
  type SwitchKind,
  switchRow,
} from '../../protocol/account/shared-rows.ts';
import { concat, hex, padded, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import type { Profile } from '../profile/profile.ts';
import type { Row, SqlValue } from '../profile/profile-db.ts';

/** Sealed rows are padded to a multiple of this, so that the length of a name does not show. */
const PADDING = 64;

export class SharedSwitches {
  readonly #profile: Profile;
  readonly #account: string;

  /** @param account the key of the account in the profile's tables */
  constructor(profile: Profile, account: string) {
    this.#profile = profile;
    this.#account = account;
  }

  /** Leaves out rows that are damaged: the other devices have them. */
  async rows(): Promise<SharedRow[]> {
    const rows = await this.#profile.db.all('SELECT key, at, device, sealed FROM shared_switches WHERE account = ?', [
      this.#account,
    ]);
    return rows.flatMap((row) => this.#open(row) ?? []);
  }

  /** Stores a decision of this device, later than the one before it. @returns false if nothing changes */
  async set(kind: SwitchKind, key: Uint8Array, on: boolean, now: Decided): Promise<boolean> {
    const known = (await this.rows()).find((row) => row.kind === kind && hex(row.key) === hex(key));
    if ((known !== undefined && isOn(known)) === on) return false;
    await this.#profile.db.run(
      `${INSERT} DO UPDATE SET at = min(${MAX_TIME}, max(excluded.at, at + 1)), device = excluded.device, sealed = excluded.sealed`,
      this.#params(switchRow(kind, key, on, now)),
    );
    return true;
  }

  /** Stores decisions of other devices, except those that are older than what is here. */
  async take(rows: readonly SharedRow[]): Promise<void> {
    await this.#profile.db.transaction(
      rows.map((row) => ({
        sql: `${INSERT} DO UPDATE SET at = excluded.at, device = excluded.device, sealed = excluded.sealed
                WHERE (excluded.at, excluded.device) >= (at, device)`,
        params: this.#params(row),
      })),
    );
  }

  #params(row: SharedRow): SqlValue[] {
    const key = this.#profile.mac(concat(utf8(this.#account), Uint8Array.of(row.kind), row.key));
    const plain = new Writer().u8(row.kind).var16(row.key).bytes(row.value).finish();
    return [this.#account, key, row.at, row.device, this.#profile.seal(padded(plain, PADDING), aadOf(key))];
  }

  #open({ key, at, device, sealed }: Row): SharedRow | null {
    try {
      const reader = new Reader(this.#profile.open(sealed as Uint8Array, aadOf(key as Uint8Array)));
      const kind = reader.u8() as SwitchKind;
      return switchRow(kind, reader.var16(), reader.u8() === 1, { at: Number(at), device: Number(device) });
    } catch {
      return null;
    }
  }
}

const INSERT = `INSERT INTO shared_switches (account, key, at, device, sealed) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (account, key)`;

function aadOf(key: Uint8Array): Uint8Array {
  return concat(utf8('switch '), key);
}

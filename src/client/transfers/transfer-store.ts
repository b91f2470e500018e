/**
 * Unfinished transfers in the profile's database. The process that holds the row's device (device-lock.ts) is working on it; if no
 * process holds that device, its process ended in the middle.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { fromHex, fromUtf8, hex, utf8 } from '../../protocol/base/bytes.ts';
import type { ProfileDb, Row } from '../profile/profile-db.ts';
import {
  decodeTransfer,
  encodeTransfer,
  type TransferRecord,
  type TransferRef,
  type UploadRecord,
} from './transfer-record.ts';

/** The daemon forgets an upload after a week. */
const KEEP_UPLOADS_MS = 14 * 24 * 3600 * 1000;

const CUT_OFF = 'the program ended in the middle of it';

/** The part of a Profile that is used. */
export type TransferProfile = {
  readonly db: Pick<ProfileDb, 'all' | 'run'>;
  readonly random: Random;
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
};

/** The device that this process holds, and whether any process holds another device. */
export type DeviceHolder = { device: number; isHeld(device: number): boolean };

/** Whether the manifest of my file with this id is in its conversation or in the outbox. */
export type IsPosted = (id: string) => Promise<boolean>;

/** `note`: why it stopped, unless the person stopped it. */
export type PausedTransfer = { record: TransferRecord; done: number; note: string | null };

export class TransferStore {
  readonly #profile: TransferProfile;
  readonly #clock: Clock;
  readonly #me: Uint8Array;
  readonly #worker: DeviceHolder;
  readonly #isPosted: IsPosted;

  /** @param me idFp */
  constructor(profile: TransferProfile, clock: Clock, me: Uint8Array, worker: DeviceHolder, isPosted: IsPosted) {
    this.#profile = profile;
    this.#clock = clock;
    this.#me = me;
    this.#worker = worker;
    this.#isPosted = isPosted;
  }

  /** Uploads of this path to the conversation: that of this version of the file, and those of other versions. */
  async uploads(
    conversation: Uint8Array,
    local: { path: string; version: string },
  ): Promise<{ same: { record: UploadRecord; done: number } | null; others: UploadRecord[] }> {
    const others: UploadRecord[] = [];
    let same: { record: UploadRecord; done: number } | null = null;
    for (const row of await this.#rows("direction = 'up' AND conversation = ? AND dropped = 0", [conversation])) {
      const { record, done } = this.#paused(row);
      if (record.direction !== 'up' || record.path !== local.path) continue;
      if (record.version === local.version) same = { record, done };
      else others.push(record);
    }
    return { same, others };
  }

  /** Stores a transfer that this process works on from now on. */
  async add(record: TransferRecord): Promise<void> {
    const { author, file, direction, conversation } = record;
    const sealed = this.#profile.seal(encodeTransfer(record), this.#aad(record));
    await this.#profile.db.run(
      `INSERT OR REPLACE INTO transfers (me, author, file, direction, conversation, sealed, device, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [this.#me, fromHex(author), file, direction, conversation, sealed, this.#worker.device, this.#clock.now()],
    );
  }

  /** null when there is no such transfer, or it was finished or given up. */
  async find({ author, file }: TransferRef): Promise<PausedTransfer | null> {
    const [row] = await this.#rows('author = ? AND file = ? AND dropped = 0', [fromHex(author), file]);
    return row === undefined ? null : this.#paused(row);
  }

  /** The transfers that no process works on, the oldest first. */
  async paused(): Promise<PausedTransfer[]> {
    return (await this.#rows('device IS NULL AND dropped = 0', [])).map((row) => this.#paused(row));
  }

  /** The transfers that were given up and that the daemon still has. */
  async dropped(): Promise<TransferRecord[]> {
    return (await this.#rows('dropped = 1', [])).map((row) => this.#paused(row).record);
  }

  /** This process works on it from now on. @returns false while another one does, or when it is gone */
  async claim(record: TransferRecord): Promise<boolean> {
    if (await this.#take(record)) return true;
    await this.pauseCutOff(() => true);
    return this.#take(record);
  }

  async storeProgress({ author, file }: TransferRef, done: number): Promise<void> {
    await this.#profile.db.run('UPDATE transfers SET done = ?, at = ? WHERE me = ? AND author = ? AND file = ?', [
      done,
      this.#clock.now(),
      this.#me,
      fromHex(author),
      file,
    ]);
  }

  /** No process works on it any more. @param note why, unless the person stopped it */
  async pause({ author, file }: TransferRef, done: number, note: string | null): Promise<void> {
    const sealed = note === null ? null : this.#profile.seal(utf8(note), noteAad({ author, file }));
    await this.#profile.db.run(
      'UPDATE transfers SET device = NULL, done = ?, note = ?, at = ? WHERE me = ? AND author = ? AND file = ? AND dropped = 0',
      [done, sealed, this.#clock.now(), this.#me, fromHex(author), file],
    );
  }

  /** Hides the transfer; it is kept until the daemon knows. */
  async giveUp({ author, file }: TransferRef): Promise<void> {
    await this.#profile.db.run(
      'UPDATE transfers SET device = NULL, dropped = 1 WHERE me = ? AND author = ? AND file = ?',
      [this.#me, fromHex(author), file],
    );
  }

  async forget({ author, file }: TransferRef): Promise<void> {
    const params = [this.#me, fromHex(author), file];
    await this.#profile.db.run('DELETE FROM transfers WHERE me = ? AND author = ? AND file = ?', params);
  }

  /**
   * Pauses transfers whose process ended, or was an earlier one with the device of this process.
   * @param mine whether this process works on a transfer
   */
  async pauseCutOff(mine: (named: TransferRef) => boolean): Promise<void> {
    const { db } = this.#profile;
    const tooOld = this.#clock.now() - KEEP_UPLOADS_MS;
    await db.run("DELETE FROM transfers WHERE me = ? AND direction = 'up' AND at < ?", [this.#me, tooOld]);
    for (const row of await this.#rows('device IS NOT NULL', [])) {
      const named = refOfRow(row);
      const { author, file } = named;
      const device = Number(row.device);
      if (device === this.#worker.device ? mine(named) : this.#worker.isHeld(device)) continue;
      // Its process ended after posting, before it could forget the upload.
      if (row.direction === 'up' && (await this.#isPosted(hex(file)))) {
        await this.forget(named);
        continue;
      }
      // Only if the row is unchanged: another process may have resumed it meanwhile.
      await db.run(
        'UPDATE transfers SET device = NULL, note = ? WHERE me = ? AND author = ? AND file = ? AND device = ?',
        [this.#profile.seal(utf8(CUT_OFF), noteAad(named)), this.#me, fromHex(author), file, device],
      );
    }
  }

  async #take({ author, file }: TransferRef): Promise<boolean> {
    const { device } = this.#worker;
    const { changes } = await this.#profile.db.run(
      `UPDATE transfers SET device = ?, note = NULL
       WHERE me = ? AND author = ? AND file = ? AND dropped = 0 AND (device IS NULL OR device = ?)`,
      [device, this.#me, fromHex(author), file, device],
    );
    return changes > 0;
  }

  #rows(where: string, params: Uint8Array[]): Promise<Row[]> {
    return this.#profile.db.all(`SELECT * FROM transfers WHERE me = ? AND ${where} ORDER BY at, file, author`, [
      this.#me,
      ...params,
    ]);
  }

  #paused(row: Row): PausedTransfer {
    const named = refOfRow(row);
    const at = { file: named.file, conversation: row.conversation as Uint8Array };
    const direction = row.direction === 'up' ? 'up' : 'down';
    const record = decodeTransfer({ ...at, direction }, this.#profile.open(row.sealed as Uint8Array, this.#aad(named)));
    const note = row.note === null ? null : this.#profile.open(row.note as Uint8Array, noteAad(named));
    return { record, done: Number(row.done), note: note === null ? null : fromUtf8(note) };
  }

  #aad({ author, file }: TransferRef): Uint8Array {
    return utf8(`transfer ${hex(this.#me)} ${author} ${hex(file)}`);
  }
}

function refOfRow(row: Row): TransferRef {
  return { author: hex(row.author as Uint8Array), file: row.file as Uint8Array };
}

function noteAad({ author, file }: TransferRef): Uint8Array {
  return utf8(`transfer note ${author} ${hex(file)}`);
}

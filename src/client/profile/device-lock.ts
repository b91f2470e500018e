/**
 * Device numbers. A device is one row of seqs in every conversation, so two processes must never write as the same one: each
 * process leases a number by an exclusive SQLite lock on `device-<n>.lock`, which the system drops with the process.
 */
import { join } from 'node:path';
import { type Random, randomU32 } from '../../platform/random.ts';
import { loadSqlite } from '../../platform/sqlite.ts';
import type { ProfileDb } from './profile-db.ts';

/** To be kept as long as it is needed: what nobody holds is collected, and the lock with it. */
export type DeviceLease = { readonly device: number; release(): void };

export class Devices {
  readonly #dir: string;
  readonly #db: ProfileDb;
  readonly #random: Random;

  constructor(dir: string, db: ProfileDb, random: Random) {
    this.#dir = dir;
    this.#db = db;
    this.#random = random;
  }

  /** Every device of this profile, those in use by other processes and retired ones included. */
  async all(): Promise<number[]> {
    return (await this.#db.all('SELECT device FROM devices ORDER BY rowid')).map((row) => Number(row.device));
  }

  /** The first free device; a new one when all are in use. `prefer` are tried before the others. */
  async lease(prefer: readonly number[] = []): Promise<DeviceLease> {
    const rows = await this.#db.all('SELECT device FROM devices WHERE retired = 0');
    const usable = rows.map((row) => Number(row.device));
    for (const device of [...prefer.filter((d) => usable.includes(d)), ...usable]) {
      const lease = this.take(device);
      if (lease !== null) return lease;
    }
    for (;;) {
      const device = randomU32(this.#random);
      const lease = device === 0 ? null : this.take(device);
      if (lease === null) continue;
      await this.#db.run('INSERT OR IGNORE INTO devices (device) VALUES (?)', [device]);
      return lease;
    }
  }

  /** One named device, to finish what a process that ended had left in its outbox; null while somebody holds it. */
  take(device: number): DeviceLease | null {
    const { DatabaseSync } = loadSqlite();
    const lock = new DatabaseSync(join(this.#dir, `device-${device}.lock`));
    try {
      lock.exec('PRAGMA busy_timeout = 0');
      lock.exec('BEGIN EXCLUSIVE');
    } catch {
      lock.close();
      return null;
    }
    let held = true;
    return {
      device,
      release() {
        if (held) lock.close();
        held = false;
      },
    };
  }

  /** Whether a process holds it, this one included. Two that ask at once do not take each other for its holder. */
  isHeld(device: number): boolean {
    const { DatabaseSync } = loadSqlite();
    const lock = new DatabaseSync(join(this.#dir, `device-${device}.lock`));
    try {
      lock.exec('PRAGMA busy_timeout = 0');
      lock.exec('SELECT count(*) FROM sqlite_schema');
      return false;
    } catch {
      return true;
    } finally {
      lock.close();
    }
  }

  /** Never leased again: its numbers were used by somebody else (a restored backup). */
  async retire(device: number): Promise<void> {
    await this.#db.run('UPDATE devices SET retired = 1 WHERE device = ?', [device]);
  }
}

/**
 * Device numbers of a profile. A device numbers its messages in every conversation, so two processes must never write as the same one:
 * each leases a number by an exclusive SQLite lock on `device-<n>.lock`, which the system releases when the process ends.
 */
import { join } from 'node:path';
import { type Random, randomU32 } from '../../platform/random.ts';
import { loadSqlite } from '../../platform/sqlite.ts';
import type { ProfileDb } from './profile-db.ts';

/** Keep it referenced as long as it is needed: the lock is released when it is garbage-collected. */
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

  /** Returns every device of this profile, including retired ones and those that other processes use. */
  async all(): Promise<number[]> {
    return (await this.#db.all('SELECT device FROM devices ORDER BY rowid')).map((row) => Number(row.device));
  }

  /** Leases the first free device, those of `prefer` first; a new one when all are in use. */
  async lease(prefer: readonly number[] = []): Promise<DeviceLease> {
    const rows = await this.#db.all('SELECT device FROM devices WHERE retired = 0');
    const usable = rows.map((row) => Number(row.device));
    for (const device of [...prefer.filter((d) => usable.includes(d)), ...usable]) {
      const lease = this.tryLease(device);
      if (lease !== null) return lease;
    }
    for (;;) {
      const device = randomU32(this.#random);
      const lease = device === 0 ? null : this.tryLease(device);
      if (lease === null) continue;
      await this.#db.run('INSERT OR IGNORE INTO devices (device) VALUES (?)', [device]);
      return lease;
    }
  }

  /** Leases one device, to send what an ended process left in its outbox. Returns null while a process holds it. */
  tryLease(device: number): DeviceLease | null {
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

  /** Whether a process holds it, this one included. It takes only a shared lock, so two that ask at once do not see each other. */
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

  /** Makes sure that it is never leased again: a copy of the profile (a restored backup) has used its numbers. */
  async retire(device: number): Promise<void> {
    await this.#db.run('UPDATE devices SET retired = 1 WHERE device = ?', [device]);
  }
}

/**
 * One daemon for one data folder. The lock is SQLite's on daemon.lock: the system gives it back when the process ends,
 * however it ends, so there is no stale one.
 */
import { join } from 'node:path';
import { loadSqlite } from '../../platform/sqlite.ts';
import { StartError } from './start-error.ts';

/**
 * @returns what unlocks; to be kept, for what nobody holds is collected, and the lock with it. @throws StartError when
 * another daemon holds the folder.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  const { DatabaseSync } = loadSqlite();
  let database: InstanceType<typeof DatabaseSync> | null = null;
  try {
    database = new DatabaseSync(join(dir, 'daemon.lock'), { timeout: 0 });
    database.exec('PRAGMA journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (!/locked|busy/.test(String(error))) {
      throw new StartError(
        `cannot lock ${dir}: ${(error as Error).message}; remove daemon.lock there, and check who owns that folder`,
      );
    }
    throw new StartError(`another daemon is using ${dir}; stop it first, or give this one its own --data-dir`);
  }
  const held = database;
  return () => held.close();
}

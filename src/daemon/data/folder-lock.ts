/**
 * Lets one daemon at a time use a data folder. The lock is SQLite's exclusive lock on daemon.lock, which the system
 * releases when the process ends, so it cannot go stale.
 */
import { join } from 'node:path';
import { loadSqlite } from '../../platform/sqlite.ts';
import { StartError } from './start-error.ts';

/**
 * @returns a function that unlocks. Keep a reference to it: the garbage collector closes an unreferenced lock.
 * @throws StartError when another daemon holds the folder
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

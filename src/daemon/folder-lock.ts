/**
 * One daemon for one data folder. The lock is SQLite's on daemon.lock: the system gives it back when the process ends,
 * however it ends, so there is no stale one.
 */
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** @returns what unlocks. @throws StartError when another daemon holds the folder. */
export async function lockFolder(dir: string): Promise<() => void> {
  const { DatabaseSync } = await importSqlite();
  const database = new DatabaseSync(join(dir, 'daemon.lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked|busy/.test(String(error))) {
      throw new StartError(`cannot lock ${dir}: ${(error as Error).message}; remove the file daemon.lock there`);
    }
    throw new StartError(`another daemon is using ${dir}; stop it first, or give this one its own --data-dir`);
  }
  return () => database.close();
}

/** Node 22 warns that node:sqlite is experimental; in an operator's log that would only alarm. */
async function importSqlite(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

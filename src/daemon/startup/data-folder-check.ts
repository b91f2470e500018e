/**
 * Folder `startup`: checks before the daemon serves, and timers that run beside it; it knows no sessions and no
 * requests. This file checks that the data folder belongs to this daemon and is complete, before anything in it is
 * opened or changed.
 */
import { join } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { nullIfMissing } from '../../platform/missing-file.ts';
import { parseUsers, type UsersLine } from '../accounts/users-file.ts';
import { readDataFile } from '../data/data-file.ts';
import { StartError } from '../data/start-error.ts';
import { fileIdOf } from '../files/files-folder.ts';

/** Password hashes of other programs, and the fields after the password in /etc/passwd. */
const OTHER_PROGRAMS = /^(\$[^$]*\$|\{[\w-]+\}|\s)|^[^:]*:\d+:/;

/**
 * @throws StartError when the folder belongs to another program, or when the database is missing but files that belong
 * to it exist
 */
export async function checkDataFolder(fs: FileSystem, dir: string): Promise<void> {
  const bytes = await readDataFile(fs, join(dir, 'users.txt'));
  const names = new Set(await fs.readdir(dir));
  const lines = bytes === null ? [] : parseUsers(bytes);
  if (!names.has('daemon.key') && !names.has('securechat.db')) checkOurs(dir, lines);
  const database = await nullIfMissing(fs.stat(join(dir, 'securechat.db')));
  if (database === null || database.size === 0) {
    await checkNothingLeft(fs, dir, names, lines, database === null ? 'missing' : 'empty');
  }
}

/**
 * In a folder without a daemon's files, every line of users.txt must be an account of this daemon or of its
 * predecessor.
 */
function checkOurs(dir: string, lines: readonly UsersLine[]): void {
  const wrong = lines.findIndex((line) =>
    line.kind === 'legacy' ? OTHER_PROGRAMS.test(line.secret) : line.kind === 'malformed' || line.kind === 'damaged',
  );
  if (wrong === -1) return;
  throw new StartError(
    `${join(dir, 'users.txt')} does not look like a list of accounts (line ${wrong + 1}), so it was not changed; ` +
      'if it belongs to another program, start with --data-dir DIR; if it is yours, repair that line',
  );
}

async function checkNothingLeft(
  fs: FileSystem,
  dir: string,
  names: ReadonlySet<string>,
  lines: readonly UsersLine[],
  state: 'missing' | 'empty',
): Promise<void> {
  const left: string[] = [];
  // An account without keys was made by a first start that was interrupted.
  const hasKeys = (line: UsersLine) =>
    line.kind === 'damaged' || (line.kind === 'account' && line.account.idFp !== null);
  if (lines.some(hasKeys)) {
    // Without these two files nobody can log in; identity.ts reports that they are missing.
    if (!names.has('daemon.key') || !names.has('opaque.setup')) return;
    left.push('users.txt');
  }
  const files = (await nullIfMissing(fs.readdir(join(dir, 'server_files')))) ?? [];
  if (files.some((name) => fileIdOf(name) !== null)) left.push('server_files');
  for (const name of ['securechat.seal', 'securechat.db-wal']) if (names.has(name)) left.push(name);
  if (left.length === 0) return;
  throw new StartError(
    `${join(dir, 'securechat.db')} is ${state}, but ${left.join(', ')} in that folder belong${left.length === 1 ? 's' : ''} to it; ` +
      `restore it from a backup; to start again without the old messages and files, move ${left.join(', ')} away`,
  );
}

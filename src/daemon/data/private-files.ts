/**
 * Sets existing private files to 0600, because a restored backup or an older daemon may have left them readable. New
 * files are created 0600.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { FileSystem } from '../../platform/file-system.ts';
import { nullIfMissing } from '../../platform/missing-file.ts';

/** The first two let a reader impersonate this daemon; the others hold its data. */
const PRIVATE = ['daemon.key', 'opaque.setup', 'users.txt', 'securechat.db', 'securechat.db-wal', 'daemon.lock'];
const OTHERS = 0o077;

/**
 * Warns about each file it had to change, as others may have read it. Does nothing on Windows, which has no such modes.
 */
export async function restrictPrivateFiles(parts: { dir: string; fs: FileSystem; log: Logger }): Promise<void> {
  const { dir, fs, log } = parts;
  if (process.platform === 'win32') return;
  for (const name of PRIVATE) {
    const path = join(dir, name);
    const found = await nullIfMissing(fs.stat(path));
    if (!found?.isFile() || (found.mode & OTHERS) === 0) continue;
    await fs.chmod(path, 0o600);
    log.warn({ evt: 'private_file_open', path }, 'others could read this file; it is now 0600');
  }
}

/** Makes folders. */
import { dirname } from 'node:path';
import type { FileSystem } from './seams.ts';

/**
 * The folder and those above it, one by one, with `mode` where they are made here: Node's own way asks for the parent of
 * /proc/x for ever, and says ENOENT of a disk that can only be read. An error of the file system is passed on.
 */
export async function makeFolders(fs: Pick<FileSystem, 'stat' | 'mkdir'>, folder: string, mode = 0o777): Promise<void> {
  try {
    await fs.stat(folder);
    return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
  }
  await makeFolders(fs, dirname(folder), mode);
  try {
    await fs.mkdir(folder, { mode });
  } catch (error) {
    // Somebody else made it meanwhile.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

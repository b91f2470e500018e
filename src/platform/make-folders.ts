/** Makes folders. */
import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

/**
 * The folder and those above it, one by one, with `mode` where they are made here: Node's own way asks for the parent of
 * /proc/x for ever, and says ENOENT of a disk that can only be read. An error of the file system is passed on.
 */
export async function makeFolders(fs: Pick<FileSystem, 'stat' | 'mkdir'>, folder: string, mode = 0o777): Promise<void> {
  try {
    if ((await fs.stat(folder)).isDirectory()) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return makeBelow(fs, folder, mode);
  }
  throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${folder}'`), { code: 'ENOTDIR', syscall: 'mkdir' });
}

async function makeBelow(fs: Pick<FileSystem, 'stat' | 'mkdir'>, folder: string, mode: number): Promise<void> {
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

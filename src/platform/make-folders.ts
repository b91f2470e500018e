/** Makes a folder and the folders above it. */
import { dirname } from 'node:path';
import type { FileSystem } from './file-system.ts';

/**
 * Makes `folder` and those above it that are missing, with `mode`. Not by `mkdir` with `recursive`: Node then loops for ever on /proc/x,
 * and reports ENOENT for a read-only disk.
 * @throws errors of the file system
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
    // Another process has made it meanwhile.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

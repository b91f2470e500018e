/** Writes that survive a crash: afterwards there is either the whole old file or the whole new one. */
import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from './file-system.ts';

let written = 0;

/**
 * Replaces the file `path` by `bytes`, mode 0600: writes a file beside it, syncs it, renames it over `path` and syncs the folder.
 * @throws errors of the file system; the old file is then unchanged
 */
export async function replaceDurably(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  written += 1;
  // Unique, as another process may replace the same file.
  const beside = `${path}.${process.pid}-${written}.new`;
  await fs.unlink(beside).catch(() => {});
  try {
    const file = await fs.open(beside, 'wx', 0o600);
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(beside, path);
  } catch (error) {
    await fs.unlink(beside).catch(() => {});
    throw error;
  }
  await syncFolder(fs, dirname(path));
}

/** Writes all of `bytes` at `position`, in several steps if the system takes fewer at once. */
export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Syncs a folder, so that a new name in it survives a crash. Does nothing on Windows, which cannot open folders. */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await fs.open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

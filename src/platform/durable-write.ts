/** Replaces a file so that after a crash at any moment the old one or the new one is there, whole. */
import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from './file-system.ts';

let written = 0;

/**
 * Writes `bytes` beside `path`, readable by its owner alone, and renames that over `path`; returns when both are on
 * stable storage. An error of the file system is passed on, and leaves the old file and no other.
 */
export async function replaceDurably(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  written += 1;
  // Another process may replace the same file: each has a name of its own.
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

/** All of `bytes` from `position` on, however few the system takes at once. */
export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Makes a rename or a new name in `folder` survive a crash. Windows cannot open folders, and needs no such thing. */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = await fs.open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

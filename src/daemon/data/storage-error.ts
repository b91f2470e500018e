/**
 * Storage failed under data that was about to be acknowledged. After a failed fsync the state of the disk is unknown,
 * and a later fsync may succeed without having written the data (Rebello et al., "Can Applications Recover from fsync
 * Failures?", 2020). So the daemon answers nothing more and ends.
 */

import type { FileSystem, OpenFile } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';

export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** A full disk is not a storage failure: nothing is lost, and later operations succeed once there is room. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** @returns the refusal for a full disk, null for any other error */
export function diskFullRefusal(error: unknown): Refusal | null {
  if (!NO_ROOM.has((error as NodeJS.ErrnoException | null)?.code)) return null;
  return new Refusal('disk-full', "the server's disk is full: try again later, or tell its operator");
}

/** Wraps a file system. A failed sync, unless the disk is full, goes to `onBroken` and throws StorageError. */
export function watchSyncs(fs: FileSystem, onBroken: (error: StorageError) => void): FileSystem {
  const watched = async (path: string, syncing: Promise<void>) => {
    try {
      await syncing;
    } catch (cause) {
      if (NO_ROOM.has((cause as NodeJS.ErrnoException | null)?.code)) throw cause;
      const error = new StorageError(`${path} could not be synced: ${cause instanceof Error ? cause.message : cause}`);
      onBroken(error);
      throw error;
    }
  };
  const watch = (path: string, file: OpenFile): OpenFile => ({
    read: (...args) => file.read(...args),
    write: (...args) => file.write(...args),
    truncate: (length) => file.truncate(length),
    datasync: () => watched(path, file.datasync()),
    sync: () => watched(path, file.sync()),
    stat: () => file.stat(),
    close: () => file.close(),
  });
  return { ...fs, open: async (path, flags, mode) => watch(path, await fs.open(path, flags, mode)) };
}

/**
 * When storage fails at what an answer rests on. After a sync that failed nobody can say what the disk holds, and the next
 * sync may well succeed without having written it: nothing is answered any more, and the daemon ends.
 */

import type { FileSystem, OpenFile } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';

export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** Of a disk that has no room: told apart before anything is lost, and later operations work again. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** null when `error` is none of a disk that has no room. */
export function diskFullRefusal(error: unknown): Refusal | null {
  if (!NO_ROOM.has((error as NodeJS.ErrnoException | null)?.code)) return null;
  return new Refusal('disk-full', "the server's disk is full: try again later, or tell its operator");
}

/** The same file system, whose failed syncs are told to `onBroken` and thrown as StorageError, but for a full disk. */
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

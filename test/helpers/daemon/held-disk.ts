/** A disk of the daemon that stops in the middle of a file, so that a test can end a program in the middle of its transfer. */
import type { FileSystem, OpenFile } from '../../../src/platform/file-system.ts';
import { patchedFileSystem } from '../patched-file-system.ts';

export type HeldDisk = {
  fs: FileSystem;
  /** Lets the waiting reads and writes go on, and all later ones. */
  release(): void;
  /** Holds them again. */
  hold(): void;
};

/** What lies behind the first `limit` bytes of any file is read and written only after `release`. */
export function heldDisk(limit: number): HeldDisk {
  let gate = Promise.withResolvers<void>();
  const until = (position: number): Promise<void> => (position < limit ? Promise.resolve() : gate.promise);
  const held = ({ read, write }: OpenFile): Partial<OpenFile> => ({
    read: (buffer, offset, length, position) => until(position).then(() => read(buffer, offset, length, position)),
    write: (buffer, offset, length, position) => until(position).then(() => write(buffer, offset, length, position)),
  });
  return {
    fs: patchedFileSystem(held),
    release: () => gate.resolve(),
    hold() {
      gate = Promise.withResolvers();
    },
  };
}

/** The real file system, of which a test changes what open files do. */
import * as fs from 'node:fs/promises';
import type { FileSystem, OpenFile } from '../../src/platform/file-system.ts';

type Change = (handle: OpenFile, path: string) => Partial<OpenFile> | Promise<Partial<OpenFile>>;

/** Each file that is opened has the methods that `change` gives for it in the place of its own. */
export function patchedFileSystem(change: Change): FileSystem {
  return {
    ...(fs as FileSystem),
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      const plain: OpenFile = {
        read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
        write: (buffer, offset, length, position) => handle.write(buffer, offset, length, position),
        truncate: (length) => handle.truncate(length),
        datasync: () => handle.datasync(),
        sync: () => handle.sync(),
        stat: () => handle.stat(),
        close: () => handle.close(),
      };
      return { ...plain, ...(await change(plain, path)) };
    },
  };
}

/** What the system throws, as ENOSPC of a full disk. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`the system says ${code}`), { code });
}

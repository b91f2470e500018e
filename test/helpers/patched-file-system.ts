/** The real file system, with methods of open files replaced by a test. */
import * as fs from 'node:fs/promises';
import type { FileSystem, OpenFile } from '../../src/platform/file-system.ts';

type Change = (handle: OpenFile, path: string) => Partial<OpenFile> | Promise<Partial<OpenFile>>;

/** `change` is called for each opened file; the methods it returns replace those of the file. */
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

/** An error as the system throws it, such as ENOSPC for a full disk. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`the system says ${code}`), { code });
}

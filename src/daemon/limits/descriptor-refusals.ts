/** Turns EMFILE and ENFILE (too many open files) into refusals, because they are a passing state and not a bug. */

import type { FileSystem } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';

/** @returns the refusal for EMFILE and ENFILE, null for any other error */
export function descriptorRefusal(error: unknown): Refusal | null {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'EMFILE' && code !== 'ENFILE') return null;
  return new Refusal('busy', 'the server has too many open files: try again in a moment');
}

/** Wraps a file system: open, readFile and readdir throw Refusal 'busy' when no descriptor is free. */
export function withDescriptorRefusals(fs: FileSystem): FileSystem {
  const refusing = async <T>(doing: Promise<T>): Promise<T> => {
    try {
      return await doing;
    } catch (error) {
      throw descriptorRefusal(error) ?? error;
    }
  };
  return {
    ...fs,
    open: (path, flags, mode) => refusing(fs.open(path, flags, mode)),
    readFile: (path) => refusing(fs.readFile(path)),
    readdir: (path) => refusing(fs.readdir(path)),
  };
}

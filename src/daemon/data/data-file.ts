/** Folder `data`: reads, replaces, locks and protects files of the data folder; it does not know what they contain. */

import { replaceDurably } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { nullIfMissing } from '../../platform/missing-file.ts';
import { StartError } from './start-error.ts';
import { diskFullRefusal } from './storage-error.ts';

/**
 * @returns the bytes, or null when the file does not exist.
 * @throws StartError with the path and a remedy for the operator
 */
export async function readDataFile(fs: Pick<FileSystem, 'readFile'>, path: string): Promise<Uint8Array | null> {
  try {
    return await nullIfMissing(fs.readFile(path));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new StartError(sentence(path, error as NodeJS.ErrnoException));
  }
}

function sentence(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EISDIR':
      return `${path} is a folder, but must be a file; move it away, and restore the file from a backup if there was one`;
    case 'EACCES':
    case 'EPERM':
      return `${path} cannot be read by the user that runs this daemon; make that user the owner of the file`;
    default:
      return `${path} cannot be read (${error.message}); check its disk, or restore it from a backup`;
  }
}

/**
 * Replaces a file atomically. It is on stable storage when this resolves.
 * @throws Refusal 'disk-full' or 'busy', or a file system error
 */
export async function replaceDataFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceDurably(fs, path, bytes);
  } catch (error) {
    throw diskFullRefusal(error) ?? error;
  }
}

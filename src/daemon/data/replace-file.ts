/** Replaces a file of the data folder, whole or not at all. A full disk or a lack of descriptors is a refusal: it passes. */
import { replaceDurably } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { diskFullRefusal } from './storage-error.ts';

/** On stable storage when it resolves. @throws Refusal 'disk-full' | 'busy', and every other error of the file system */
export async function replaceDataFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await replaceDurably(fs, path, bytes);
  } catch (error) {
    throw diskFullRefusal(error) ?? error;
  }
}

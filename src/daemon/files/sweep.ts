/** Removes files that no conversation lists: abandoned parts, and files whose manifest was never posted. */

import type { Clock } from '../../platform/clock.ts';
import { hex } from '../../protocol/base/bytes.ts';
import type { Store } from '../store/store.ts';
import type { FilesFolder } from './files-folder.ts';

/** How long an upload may be interrupted, or wait for its manifest. Shorter when retention is. */
export const IDLE_MS = 7 * 24 * 3600 * 1000;
const NAMES_AT_ONCE = 500;

export type SweepParts = {
  folder: FilesFolder;
  store: Pick<Store, 'dropIdleFiles' | 'knownFiles' | 'doomedFiles' | 'forgetDoomedFiles'>;
  clock: Clock;
  /** How long messages and files are kept, ms; null keeps them for ever. */
  retention: number | null;
};

/**
 * Removes only what this database has dropped itself, so a folder beside another or an older database keeps its files.
 * @returns how many files it removed, and how many on disk the database does not know
 */
export async function sweep(parts: SweepParts): Promise<{ removed: number; unknown: number }> {
  const { store, clock, retention } = parts;
  const idleSince = clock.now() - Math.min(IDLE_MS, retention ?? IDLE_MS);
  while ((await store.dropIdleFiles({ before: idleSince })) > 0);
  return { removed: await removeDoomedFiles(parts), unknown: await countUnknown(parts) };
}

/** Removes the bytes of files whose rows are gone. @returns how many */
export async function removeDoomedFiles({ folder, store }: Pick<SweepParts, 'folder' | 'store'>): Promise<number> {
  let removed = 0;
  for (let files = await store.doomedFiles({}); files.length > 0; files = await store.doomedFiles({})) {
    for (const file of files) await folder.remove(file);
    // Otherwise a name that a power cut restores would stay for ever.
    await folder.sync();
    await store.forgetDoomedFiles({ files });
    removed += files.length;
  }
  return removed;
}

/** Counts files that are whole in the database and missing in the folder. Compares names only, which is cheap. */
export async function countMissing(parts: { folder: FilesFolder; store: Pick<Store, 'wholeFiles'> }): Promise<number> {
  const here = await parts.folder.whole();
  let missing = 0;
  let after: Uint8Array | null = null;
  do {
    const files: Uint8Array[] = await parts.store.wholeFiles({ after });
    missing += files.filter((file) => !here.has(hex(file))).length;
    after = files.at(-1) ?? null;
  } while (after !== null);
  return missing;
}

async function countUnknown({ folder, store }: Pick<SweepParts, 'folder' | 'store'>): Promise<number> {
  const found = await folder.list();
  let unknown = 0;
  for (let start = 0; start < found.length; start += NAMES_AT_ONCE) {
    const files = found.slice(start, start + NAMES_AT_ONCE);
    unknown += (await store.knownFiles({ files })).filter((row) => row === null).length;
  }
  return unknown;
}

/** Takes away what no conversation lists: abandoned parts, files whose manifest was never posted, files without a row. */
import type { Clock } from '../../protocol/seams.ts';
import type { Store } from '../store/store.ts';
import type { FilesFolder, Found } from './folder.ts';

/** How long an upload may be interrupted, or wait for its manifest; less when nothing at all is kept that long. */
export const IDLE_MS = 7 * 24 * 3600 * 1000;
const NAMES_AT_ONCE = 500;

export type SweepParts = {
  folder: FilesFolder;
  store: Pick<Store, 'dropIdleFiles' | 'knownFiles'>;
  clock: Clock;
  /** How long messages and files are kept, in ms; null: for ever. */
  retention: number | null;
};

/** Gives the number of files removed. */
export async function sweep({ folder, store, clock, retention }: SweepParts): Promise<number> {
  const before = clock.now() - IDLE_MS;
  const idleSince = Math.max(before, clock.now() - (retention ?? IDLE_MS));
  let removed = 0;
  for (let files = await store.dropIdleFiles({ before: idleSince }); files.length > 0; ) {
    for (const file of files) await folder.remove(file);
    removed += files.length;
    files = await store.dropIdleFiles({ before: idleSince });
  }
  const found = await folder.list();
  for (let start = 0; start < found.length; start += NAMES_AT_ONCE) {
    const some = found.slice(start, start + NAMES_AT_ONCE);
    const rows = await store.knownFiles({ files: some.map((one) => one.file) });
    for (const [index, one] of some.entries()) {
      const row = rows[index];
      if (row !== null && row !== undefined && !(one.part && row.whole)) continue;
      if (await removeOld(folder, one, before)) removed += 1;
    }
  }
  return removed;
}

/** Old ones only: a database that was restored from yesterday's backup does not know today's files yet. */
async function removeOld(folder: FilesFolder, found: Found, before: number): Promise<boolean> {
  const changedAt = await folder.changedAt(found);
  if (changedAt === null || changedAt >= before) return false;
  await folder.removeName(found);
  return true;
}

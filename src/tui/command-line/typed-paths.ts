/** Paths as people type them, and the entries of folders. */
import { isUtf8 } from 'node:buffer';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expandHome } from '../../platform/home.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { PickerEntry } from '../state/state.ts';

/**
 * The absolute path of `path`, relative to `from`: `~` is the home folder, quotes around it and backslashes before spaces are
 * removed.
 */
export function resolvePath(path: string, from = '.'): string {
  const bare = path
    .trim()
    .replace(/^(['"])(.*)\1$/s, '$2')
    .replace(/\\ /g, ' ');
  return expandHome(bare, from);
}

/** Most entries of a folder that are read. */
const MAX_ENTRIES = 2000;

/**
 * A folder's entries whose names start with `prefix`, without regard to case: folders first, then files, by name. `left` counts
 * entries that cannot be listed: beyond MAX_ENTRIES, or with names that are not UTF-8 or not printable.
 */
export async function entriesOf(folder: string, prefix = ''): Promise<{ entries: PickerEntry[]; left: number }> {
  const low = prefix.toLowerCase();
  // As bytes: decoding a name that is not UTF-8 would give another name.
  const names = (await readdir(folder, { encoding: 'buffer' })).map(nameOf);
  const found = names.filter((name) => name === null || name.toLowerCase().startsWith(low));
  const clear = found.filter((name) => name !== null && printable(name) === name).slice(0, MAX_ENTRIES) as string[];
  const entries = await Promise.all(
    clear.map(async (name): Promise<PickerEntry | null> => {
      const info = await stat(join(folder, name)).catch(() => null);
      if (info === null || !(info.isFile() || info.isDirectory())) return null;
      return { name, folder: info.isDirectory(), size: info.size };
    }),
  );
  return {
    entries: entries
      .filter((entry) => entry !== null)
      .sort((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1)),
    left: found.length - clear.length,
  };
}

/** null for bytes that are not UTF-8. */
function nameOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : null;
}

/** Hidden entries are listed only when a dot is typed. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '..';
}

/** Paths as people type them, and what is in a folder. */
import { isUtf8 } from 'node:buffer';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expandHome } from '../../platform/home.ts';
import { printable } from '../../protocol/base/text.ts';
import type { PickerEntry } from '../state/state.ts';

/** `~` is the home folder; quotes around a dropped path and backslashes before its spaces go. @param from what it begins at */
export function resolvePath(path: string, from = '.'): string {
  const bare = path
    .trim()
    .replace(/^(['"])(.*)\1$/s, '$2')
    .replace(/\\ /g, ' ');
  return expandHome(bare, from);
}

/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 2000;

/**
 * A folder's entries whose names begin with `prefix`, whatever the case: folders first, then files, by name. `left` counts those
 * that cannot be listed: beyond what is looked at, or with a name that is no UTF-8 or that no screen can show as it is.
 */
export async function entriesOf(folder: string, prefix = ''): Promise<{ entries: PickerEntry[]; left: number }> {
  const low = prefix.toLowerCase();
  // As bytes: of a name that is no UTF-8, a text would be another name.
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

/** null for bytes that are no UTF-8. */
function nameOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : null;
}

/** Listed only for whoever types its dot. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '..';
}

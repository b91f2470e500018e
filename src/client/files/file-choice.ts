/** Finds the file that a word means: by its name, exact or as printed, or by the beginning of its id. */
import { printable } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';
import { shownName } from '../people/shown-name.ts';
import type { FileInfo } from '../types.ts';

/** The least digits of an id; fewer may be a word. */
const MIN_ID = 4;

/**
 * The files that `wanted` names, by the first rule that finds any: the id, the exact name, the name as printed (composed, without
 * control characters), the beginning of the id.
 */
export function matchingFiles(files: readonly FileInfo[], wanted: string): FileInfo[] {
  const id = wanted.toLowerCase();
  const shown = printedName(wanted);
  const ways: ((file: FileInfo) => boolean)[] = [
    (file) => file.id === id,
    (file) => file.name === wanted,
    (file) => printedName(file.name) === shown,
    (file) => id.length >= MIN_ID && file.id.startsWith(id),
  ];
  for (const way of ways) {
    const found = files.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}

/** A name as it is printed, with single spaces and none at the ends. */
export function printedName(name: string): string {
  return printable(name).replace(/ +/g, ' ').trim();
}

/** The one file that `wanted` names. @param list the command that lists files @throws ClientError 'refused' for none or several */
export function chooseFile(files: readonly FileInfo[], wanted: string, list = 'securechat files'): FileInfo {
  const found = matchingFiles(files, wanted);
  const [file] = found;
  if (file === undefined) throw new ClientError('refused', `there is no file "${wanted}"; see: ${list}`);
  if (found.length > 1) {
    const ids = found.map((each) => `${each.id} from ${shownName(each)} in ${each.conversation}, ${each.size} bytes`);
    throw new ClientError(
      'refused',
      `${found.length} files are called "${wanted}"; say which by its id:\n  ${ids.join('\n  ')}`,
    );
  }
  return file;
}

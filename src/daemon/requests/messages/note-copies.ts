/** Gives each side its own copy of a note, which is stored once with both. */
import { equal } from '../../../protocol/base/bytes.ts';
import { deliveredNote, parseNote } from '../../../protocol/sealed/note.ts';
import type { Entry } from '../../../protocol/wire/fields.ts';
import type { StoredEntry } from '../../store/store.ts';

/**
 * The entry as `reader` receives it.
 * @param reader idFp of one side of the conversation
 */
export function entryFor(entry: StoredEntry, reader: Uint8Array): Entry {
  if (entry.kind !== 'note') return entry;
  // Copy 0 is the recipient's, even in a note to oneself.
  const note = parseNote(entry.bytes);
  const copy = equal(note.header.to, reader) ? 0 : 1;
  return { ...entry, bytes: deliveredNote(note, copy) };
}

/** A note is stored once with both its copies; each side is given its own. */
import { equal } from '../../../protocol/base/bytes.ts';
import { deliveredNote, parseNote } from '../../../protocol/sealed/note.ts';
import type { Entry } from '../../../protocol/wire/fields.ts';
import type { StoredEntry } from '../../store/store.ts';

/** The entry as `reader` (an idFp that is on one side of it) is given it. */
export function entryFor(entry: StoredEntry, reader: Uint8Array): Entry {
  if (entry.kind !== 'note') return entry;
  // Copy 0 is the recipient's, also of a note to oneself.
  const note = parseNote(entry.bytes);
  const copy = equal(note.header.to, reader) ? 0 : 1;
  return { ...entry, bytes: deliveredNote(note, copy) };
}

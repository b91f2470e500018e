import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';
import { entryFor } from '../messages/note-copies.ts';

export const files: Handler<'files'> = async ({ store }, session, { conversation, before }) => {
  const reader = personOf(session).idFp;
  const page = await store.files({ reader, conversation, before });
  return { files: page.files.map((file) => ({ ...file, entry: entryFor(file.entry, reader) })), more: page.more };
};

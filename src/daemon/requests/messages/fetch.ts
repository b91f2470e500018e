import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';
import { entryFor } from './note-copies.ts';

export const fetch: Handler<'fetch'> = async ({ store }, session, params) => {
  const reader = personOf(session).idFp;
  const { entries, more, head } = await store.fetch({ ...params, reader });
  return { entries: entries.map((entry) => entryFor(entry, reader)), more, head };
};

import type { Handler } from '../context.ts';
import { personOf } from '../person.ts';

export const conversations: Handler<'conversations'> = async ({ store }, session) => ({
  conversations: await store.conversations({ reader: personOf(session).idFp }),
});

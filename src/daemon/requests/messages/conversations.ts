import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';
import { CONVERSATIONS_PER_ANSWER } from '../../store/conversation-operations.ts';

export const conversations: Handler<'conversations'> = async ({ store }, session, { after }) => {
  const page = await store.conversations({ reader: personOf(session).idFp, after });
  const full = page.length === CONVERSATIONS_PER_ANSWER;
  return { conversations: page, next: full ? (page.at(-1)?.conversation ?? null) : null };
};

import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const sharedGet: Handler<'shared-get'> = async ({ store }, session) => {
  const stored = await store.shared({ idFp: personOf(session).idFp });
  return { version: stored?.version ?? 0, shared: stored?.bytes ?? null };
};

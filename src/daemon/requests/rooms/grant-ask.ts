import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/person.ts';

export const grantAsk: Handler<'grant-ask'> = async ({ rooms, grants, store }, session, { room, epochId }) => {
  const asker = personOf(session);
  await grants.ask(rooms.asMember(room, asker), epochId, asker, store);
  return {};
};

import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const grantAsk: Handler<'grant-ask'> = async ({ rooms, grants, store }, session, { room, epochId }) => {
  const requester = personOf(session);
  await grants.ask(rooms.asMember(room, requester), epochId, requester, store);
  return {};
};

import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const epochKeys: Handler<'epoch-keys'> = async ({ rooms, epochs }, session, { room, keys }) => {
  const maker = personOf(session);
  epochs.addKeys(session, rooms.asMember(room, maker), maker, keys);
  return {};
};

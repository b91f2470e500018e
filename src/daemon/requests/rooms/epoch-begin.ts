import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const epochBegin: Handler<'epoch-begin'> = async (
  { store, rooms, epochs },
  session,
  { room, epoch, members },
) => {
  const maker = personOf(session);
  await epochs.begin(session, rooms.asMember(room, maker), { bytes: epoch, members, maker }, store);
  return {};
};

import type { Handler } from '../context.ts';
import { takeRare } from '../limits.ts';
import { personOf } from '../person.ts';

export const epochBegin: Handler<'epoch-begin'> = async (
  { store, rooms, epochs, limits },
  session,
  { room, epoch, members },
) => {
  const maker = personOf(session);
  takeRare(limits.epochs, maker.name, 'new keys of rooms');
  await epochs.begin(session, rooms.asMember(room, maker), { bytes: epoch, members, maker }, store);
  return {};
};

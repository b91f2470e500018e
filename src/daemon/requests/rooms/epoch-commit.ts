import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/person.ts';

export const epochCommit: Handler<'epoch-commit'> = ({ store, later, rooms, epochs }, session, { room }) => {
  const maker = personOf(session);
  return epochs.commit(session, rooms.asMember(room, maker), maker, store, later);
};

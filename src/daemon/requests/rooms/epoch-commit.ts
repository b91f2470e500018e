import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const epochCommit: Handler<'epoch-commit'> = ({ store, defer, rooms, epochs }, session, { room }) => {
  const maker = personOf(session);
  return epochs.commit(session, rooms.asMember(room, maker), maker, store, defer);
};

import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const grant: Handler<'grant'> = async (context, session, { room: id, epochId, to: name, grant: bytes }) => {
  const from = personOf(session);
  const room = context.rooms.asMember(id, from);
  const idFp = context.accounts.get(name)?.idFp;
  if (!idFp || !room.isMember(idFp))
    throw new Refusal('no-such-user', 'there is no member with that name in this room');
  await context.grants.give(room, epochId, { from: from.name, to: { idFp, name }, bytes }, context.store);
  return {};
};

import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const read: Handler<'read'> = async ({ store, feed }, session, { conversation, seq }) => {
  const { idFp, name } = personOf(session);
  const mark = await store.mark({ conversation, reader: idFp, mark: 'read', seq });
  if (mark.moved) feed.sendTo(name, encodeEvent('read', { conversation, seq: mark.seq }), session);
  return {};
};

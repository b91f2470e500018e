import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const deliver: Handler<'deliver'> = async ({ store, feed }, session, { conversation, seq }) => {
  const mark = await store.mark({ conversation, reader: personOf(session).idFp, mark: 'delivered', seq });
  if (mark.moved) feed.send(new Set(mark.others), encodeEvent('delivered', { conversation, seq: mark.seq }));
  return {};
};

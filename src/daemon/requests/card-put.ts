import { encodeEvent } from '../../protocol/messages.ts';
import type { Handler } from '../context.ts';
import { personOf } from '../person.ts';

export const cardPut: Handler<'card-put'> = async ({ directory, chat }, session, { card: bytes }) => {
  const owner = personOf(session);
  const { cardSeq } = await directory.put(bytes, owner);
  chat.tell('all', encodeEvent('renewed', { name: owner.name, cardSeq }));
  return {};
};

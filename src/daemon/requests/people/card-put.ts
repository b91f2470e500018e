import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { takeRare } from '../../limits/limits.ts';
import { personOf } from '../../sessions/person.ts';

export const cardPut: Handler<'card-put'> = async ({ store, directory, chat, limits }, session, { card: bytes }) => {
  const owner = personOf(session);
  takeRare(limits.cards, owner.name, 'key cards');
  const { cardSeq } = await directory.put(bytes, owner, store);
  chat.tell('all', encodeEvent('renewed', { name: owner.name, cardSeq }));
  return {};
};

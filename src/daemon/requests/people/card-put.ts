import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const cardPut: Handler<'card-put'> = async ({ store, directory, feed, limits }, session, { card: bytes }) => {
  const owner = personOf(session);
  requireToken(limits.cards, owner.name, 'key cards');
  const { cardSeq } = await directory.put(bytes, owner, store);
  feed.send('all', encodeEvent('renewed', { name: owner.name, cardSeq }));
  return {};
};

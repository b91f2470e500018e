import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/**
 * After an account is gone, those who share a private conversation with the person still get the cards, so that what was said
 * there can be checked. Members of a room do not: a newcomer would pin a person whom they never met, and see a changed key
 * once the name is taken again.
 */
export const cards: Handler<'cards'> = async ({ store, accounts }, session, { name, from }) => {
  if (accounts.get(name) === undefined && !accounts.isUnreadable(name)) {
    const former = await store.formerPeer({ reader: personOf(session).idFp, name });
    if (former !== null) return { cards: await store.cards({ idFp: former, from }) };
  }
  const account = accounts.find(name);
  if (account.idFp === null)
    throw new Refusal('no-keys-yet', `${name} has no keys yet: they are made at the next login`);
  return { cards: await store.cards({ idFp: account.idFp, from }) };
};

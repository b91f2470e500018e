import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';
import type { Person } from '../../store/store.ts';

/** A card has 2,688 bytes at most. */
const MEMBERS_PER_ANSWER = 64;

export const members: Handler<'members'> = async ({ store, directory, rooms }, session, { room: id, after }) => {
  const page: Person[] = [];
  let more = false;
  for (const member of rooms.asMember(id, personOf(session)).members(after)) {
    more = page.length === MEMBERS_PER_ANSWER;
    if (more) break;
    page.push(member);
  }
  const ids = page.map(({ idFp }) => idFp);
  const cards = await directory.cardsOf(ids, store);
  return {
    members: page.flatMap(({ name }, place) => {
      const card = cards[place];
      return card ? [{ name, card }] : [];
    }),
    next: more ? (page.at(-1)?.idFp ?? null) : null,
  };
};

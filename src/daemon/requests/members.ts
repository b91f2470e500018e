import { compare } from '../../protocol/bytes.ts';
import type { Handler } from '../context.ts';
import { personOf } from '../person.ts';

const MEMBERS_PER_ANSWER = 100;

export const members: Handler<'members'> = async ({ store, rooms }, session, { room: id, after }) => {
  const all = rooms.asMember(id, personOf(session)).members();
  const rest = after === null ? all : all.filter(({ idFp }) => compare(idFp, after) > 0);
  const page = rest.slice(0, MEMBERS_PER_ANSWER);
  const cards = await store.cardsOf({ ids: page.map(({ idFp }) => idFp) });
  return {
    members: page.flatMap(({ name }, place) => {
      const card = cards[place];
      return card ? [{ name, card }] : [];
    }),
    next: rest.length > page.length ? (page.at(-1)?.idFp ?? null) : null,
  };
};

import { compare, utf8 } from '../../protocol/bytes.ts';
import type { Handler } from '../context.ts';

const PEOPLE_PER_ANSWER = 1000;

export const people: Handler<'people'> = async ({ accounts, chat }, _session, { after }) => {
  // UTF-8 sorts by code point, which the strings of JavaScript do not.
  const last = after === null ? null : utf8(after);
  const all = accounts
    .all()
    .map(({ name, idFp }) => ({ name, idFp, key: utf8(name) }))
    .filter(({ key }) => last === null || compare(key, last) > 0)
    .sort((a, b) => compare(a.key, b.key));
  const page = all.slice(0, PEOPLE_PER_ANSWER);
  return {
    people: page.map(({ name, idFp }) => ({ name, idFp, ...chat.presence(name) })),
    next: all.length > page.length ? (page.at(-1)?.name ?? null) : null,
  };
};

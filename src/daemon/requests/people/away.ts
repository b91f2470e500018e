import type { Handler } from '../../context.ts';
import { takeRare } from '../../limits/limits.ts';

/** Everybody may have to be told, so that only a change costs a token; asking for what is so already is free. */
export const away: Handler<'away'> = async ({ chat, limits }, session, { away: wanted }) => {
  if (chat.isAway(session) === wanted) return {};
  takeRare(limits.away, session.name, 'changes of away');
  chat.setAway(session, wanted);
  return {};
};

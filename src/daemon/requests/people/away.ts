import type { Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';

/** Everybody may have to be told, so that only a change costs a token; asking for what is so already is free. */
export const away: Handler<'away'> = async ({ feed, limits }, session, { away: wanted }) => {
  if (feed.isAway(session) === wanted) return {};
  requireToken(limits.away, session.name, 'changes of away');
  feed.setAway(session, wanted);
  return {};
};

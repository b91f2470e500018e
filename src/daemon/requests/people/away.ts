import type { Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';

/** A change may go to everybody, so it costs a token; a request that changes nothing is free. */
export const away: Handler<'away'> = async ({ feed, limits }, session, { away: wanted }) => {
  if (feed.isAway(session) === wanted) return {};
  requireToken(limits.away, session.name, 'changes of away');
  feed.setAway(session, wanted);
  return {};
};

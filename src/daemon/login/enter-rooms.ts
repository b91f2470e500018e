/** Adds sessions to the feed and to the broadcasts of their rooms, and removes them. */
import type { Context } from '../context.ts';
import type { Session } from '../sessions/session.ts';

type Parts = Pick<Context, 'feed' | 'broadcasts'>;

/** Call it once a session may do everything: its person appears online and receives events. */
export function enterRooms({ feed, broadcasts }: Parts, session: Session): void {
  feed.join(session);
  broadcasts?.enter(session);
}

/** Takes the session offline until the next enterRooms; its link stays. */
export function leaveRooms({ feed, broadcasts }: Parts, session: Session): void {
  broadcasts?.suspend(session);
  feed.leave(session);
}

/** A session begins or ends to take part: in the feed, and in the broadcasts of its rooms. */
import type { Context } from '../context.ts';
import type { Session } from '../sessions/session.ts';

type Parts = Pick<Context, 'feed' | 'broadcasts'>;

/** To be called once a session may do everything: it is seen then, and hears its rooms. */
export function enterRooms({ feed, broadcasts }: Parts, session: Session): void {
  feed.join(session);
  broadcasts?.enter(session);
}

/** The session goes on, without a part in anything until the next takePart. */
export function leaveRooms({ feed, broadcasts }: Parts, session: Session): void {
  broadcasts?.suspend(session);
  feed.leave(session);
}

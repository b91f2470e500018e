/** Folder `requests/rooms`: a room's log, members, epochs and grants; it opens no keys. */
import { hex } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { parseLogEntry } from '../../../protocol/sealed/room-log.ts';
import type { Context, Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/** Appends to a room's log. Joins need no rate limit, because a departure lies between two of them. */
export const logAppend: Handler<'log-append'> = async ({ store, defer, rooms, limits }, session, { room, entry }) => {
  const person = personOf(session);
  const append = () => rooms.append(room, entry, person, store, defer);
  const { head } = rooms.get(room);
  const { op, n } = parseLogEntry(entry);
  // An entry below the head is no new departure: it is stored already, or refused.
  if (op !== 'leave' || n <= head.n) return append();
  const giveBack = takeLeave(limits, person.name, hex(room));
  try {
    return await append();
  } catch (error) {
    giveBack();
    throw error;
  }
};

/**
 * @returns a function that returns the tokens, for a departure that was refused
 * @throws Refusal 'rate-limited'
 */
function takeLeave({ leaves, leavesOfRoom }: Context['limits'], name: string, room: string): () => void {
  // Check the room's limit first and take its token last, so a departure that one limit refuses costs nothing in the
  // other.
  if (!leavesOfRoom.has(room)) {
    throw new Refusal('rate-limited', 'many have left this room just now; try again in a moment');
  }
  requireToken(leaves, name, 'departures');
  leavesOfRoom.take(room);
  return () => {
    leaves.giveBack(name);
    leavesOfRoom.giveBack(room);
  };
}

import { hex } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { parseLogEntry } from '../../../protocol/sealed/room-log.ts';
import type { Context, Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';
import { personOf } from '../../sessions/person.ts';

/** Joins need no limit of their own: between two of them lies a leave. */
export const logAppend: Handler<'log-append'> = async ({ store, defer, rooms, limits }, session, { room, entry }) => {
  const person = personOf(session);
  const append = () => rooms.append(room, entry, person, store, defer);
  const { head } = rooms.get(room);
  const { op, n } = parseLogEntry(entry);
  // An entry of an old place is no departure: it was stored before, or it is refused.
  if (op !== 'leave' || n <= head.n) return append();
  const giveBack = takeLeave(limits, person.name, hex(room));
  try {
    return await append();
  } catch (error) {
    giveBack();
    throw error;
  }
};

/** @returns what undoes it, for a departure that was refused @throws Refusal 'rate-limited' */
function takeLeave({ leaves, leavesOfRoom }: Context['limits'], name: string, room: string): () => void {
  // The room is looked at first and charged last, so a leave that one limit refuses costs nothing in the other.
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

import { hex } from '../../protocol/bytes.ts';
import { Refusal } from '../../protocol/errors.ts';
import { parseLogEntry } from '../../protocol/room-log.ts';
import type { Context, Handler } from '../context.ts';
import { takeRare } from '../limits.ts';
import { personOf } from '../person.ts';

/** Joins need no limit of their own: between two of them lies a leave. */
export const logAppend: Handler<'log-append'> = async ({ store, later, rooms, limits }, session, { room, entry }) => {
  const person = personOf(session);
  if (parseLogEntry(entry).op === 'leave') takeLeave(limits, person.name, hex(rooms.get(room).id));
  return rooms.append(room, entry, person, store, later);
};

function takeLeave({ leaves, leavesOfRoom }: Context['limits'], name: string, room: string): void {
  // The room is looked at first and charged last, so a leave that one limit refuses costs nothing in the other.
  if (!leavesOfRoom.has(room)) {
    throw new Refusal('rate-limited', 'many have left this room just now; try again in a moment');
  }
  takeRare(leaves, name, 'departures');
  leavesOfRoom.take(room);
}

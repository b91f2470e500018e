import { parseLogEntry } from '../../protocol/room-log.ts';
import type { Handler } from '../context.ts';
import { takeRare } from '../limits.ts';
import { personOf } from '../person.ts';

/** Joins need no limit of their own: between two of them lies a leave. */
export const logAppend: Handler<'log-append'> = async ({ store, later, rooms, limits }, session, { room, entry }) => {
  const person = personOf(session);
  if (parseLogEntry(entry).op === 'leave') takeRare(limits.leaves, person.name, 'departures');
  return rooms.append(room, entry, person, store, later);
};

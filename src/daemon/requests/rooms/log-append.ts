/** Folder `requests/rooms`: a room's log, members, epochs and grants; it opens no keys. */
import { hex } from '../../../protocol/base/bytes.ts';
import { parseLogEntry } from '../../../protocol/sealed/room-log.ts';
import type { Handler } from '../../context.ts';
import { countDeparture } from '../../limits/departures.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/** Appends to a room's log. Joins need no rate limit, because a departure lies between two of them. */
export const logAppend: Handler<'log-append'> = async ({ store, defer, rooms, limits }, session, { room, entry }) => {
  const person = personOf(session);
  const append = () => rooms.append(room, entry, person, store, defer);
  const { head } = rooms.get(room);
  const { op, n } = parseLogEntry(entry);
  // An entry below the head is no new departure: it is stored already, or refused.
  if (op !== 'leave' || n <= head.n) return append();
  const giveBack = countDeparture(limits, person.name, hex(room));
  try {
    return await append();
  } catch (error) {
    giveBack();
    throw error;
  }
};

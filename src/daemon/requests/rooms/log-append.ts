/** Folder `requests/rooms`: a room's log, members, epochs and grants; it opens no keys. */
import { hex } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { parseLogEntry } from '../../../protocol/sealed/room-log.ts';
import type { Handler } from '../../context.ts';
import { countDeparture } from '../../limits/departures.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/** Appends to a room's log. Joins need no rate limit, because a departure lies between two of them. */
export const logAppend: Handler<'log-append'> = async (context, session, { room, entry }) => {
  const { store, defer, rooms, limits, accounts } = context;
  const person = personOf(session);
  // The session of an account that was just closed may still have requests under way.
  if (accounts.byIdentity(person.idFp) === undefined) throw new Refusal('no-such-user', 'the account is gone');
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

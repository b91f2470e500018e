/** Departures from rooms: after each one the next speaker must make a key first. */
import { Refusal } from '../../protocol/base/errors.ts';
import { type Limits, requireToken } from './limits.ts';

/**
 * Counts a departure of a person from a room, by leaving it or by closing the account.
 * @param room its id in hex
 * @returns a function that takes the count back, for a departure that was refused
 * @throws Refusal 'rate-limited'
 */
export function countDeparture(
  { leaves, leavesOfRoom }: Pick<Limits, 'leaves' | 'leavesOfRoom'>,
  name: string,
  room: string,
): () => void {
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

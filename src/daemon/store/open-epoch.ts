/** Open epochs: nobody left the room since. Messages may be sealed under them, and members grant their keys. */
import { Refusal } from '../../protocol/base/errors.ts';
import { one, type Transaction } from './operation.ts';

/** @throws Refusal 'stale-epoch' when there is no such epoch, or somebody left since */
export function openEpochOf(
  tx: Transaction,
  room: { c: number; departure_n: number },
  epochId: Uint8Array,
): { e: number; n: number } {
  const sql = "SELECT e, n FROM entries WHERE c = ? AND kind = 'epoch' AND id = ?";
  const epoch = one<{ e: number; n: number }>(tx, sql, room.c, epochId);
  if (epoch === undefined || epoch.n < room.departure_n) {
    throw new Refusal('stale-epoch', 'the room has a newer key, or needs one: take it or make it');
  }
  return epoch;
}

/** The epochs of a room that messages are taken under, and whose keys members grant each other: those after which nobody left. */
import { Refusal } from '../../protocol/base/errors.ts';
import { one, type Transaction } from './operation.ts';

/** @throws Refusal 'stale-epoch' when there is none such, or somebody left since it was made */
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

/** What records and broadcasts have in common: types, sizes, limits, and the one error. */
import { ProtocolError } from '../base/errors.ts';

export const recordType = {
  confirm: 1,
  messages: 2,
  segment: 3,
  rekey: 4,
  close: 5,
  /** The key of a room's broadcasts from here on; no more broadcasts of a room; nothing but the places in the AAD. */
  roomKey: 6,
  roomEnd: 7,
  mark: 8,
} as const;
export type RecordType = (typeof recordType)[keyof typeof recordType];
export const lastRecordType = recordType.mark;

/** Most plaintext of a record, type byte included: before login and after. */
export const SMALL_RECORD = 2048;
export const LARGE_RECORD = 262_144 + 512;
/** In the length of a record: what follows is a broadcast. */
export const BROADCAST_BIT = 0x80000000;

export type RecordLimits = {
  /** What one key may seal: records, bytes on the wire, milliseconds. REKEY is the last record under it. */
  records: number;
  bytes: number;
  age: number;
  /** Where a reader gives up on a peer that does not rekey. */
  hardStop: number;
};
export const recordLimits: RecordLimits = { records: 2 ** 20, bytes: 2 ** 30, age: 3_600_000, hardStop: 2 ** 24 };

/** The one error of both kinds of records, whatever was wrong. */
export function recordRefused(): ProtocolError {
  return new ProtocolError('link', 'the link carried a record that is not the next one of its sender');
}

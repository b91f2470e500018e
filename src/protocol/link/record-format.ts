/** Types, sizes, limits and the one error of records and broadcasts. */
import { ProtocolError } from '../base/errors.ts';

export const recordType = {
  confirm: 1,
  messages: 2,
  segment: 3,
  rekey: 4,
  close: 5,
  /**
   * roomKey: the key of a room's further broadcasts. roomEnd: no further broadcasts of a room. mark: only confirms the
   * broadcasts before it.
   */
  roomKey: 6,
  roomEnd: 7,
  mark: 8,
} as const;
export type RecordType = (typeof recordType)[keyof typeof recordType];
export const lastRecordType = recordType.mark;

/** Most plaintext bytes of a record with its type byte, before login and after. */
export const SMALL_RECORD = 4096;
export const LARGE_RECORD = 262_144 + 512;
/** Set in the length of a record that is a broadcast. */
export const BROADCAST_BIT = 0x80000000;

export type RecordLimits = {
  /** Limits of one key: records, bytes on the wire, milliseconds. REKEY is the last record under a key. */
  records: number;
  bytes: number;
  age: number;
  /** Number of records after which a reader gives up on a peer that does not rekey. */
  hardStop: number;
};
export const recordLimits: RecordLimits = { records: 2 ** 20, bytes: 2 ** 30, age: 3_600_000, hardStop: 2 ** 24 };

/** The error of records and broadcasts, for every failure but a length. */
export function recordError(): ProtocolError {
  return new ProtocolError('link', 'the link carried a record that is not the next one of its sender');
}

/**
 * The error for a length above `max` plaintext bytes. Its sentence is for the log: the peer learns of no reason. Clients in
 * development meet it when they send large records before their login is answered.
 */
export function recordTooLong(max: number): ProtocolError {
  const hint =
    max === SMALL_RECORD ? ' before login; does the client send other requests before its login is answered?' : '';
  return new ProtocolError('link', `a record of more than ${max} bytes was announced${hint}`);
}

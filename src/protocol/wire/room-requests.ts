/** The requests about a room's log, members, epochs and grants. */
import * as v from 'valibot';
import { bytes, card, entryPosition, exactBytes, hash, knownName, name, none, u32 } from './fields.ts';

export const roomRequests = {
  /** Appends my own join or leave to a room's log. */
  'log-append': { params: v.strictObject({ room: hash, entry: bytes(4096) }), result: entryPosition },
  /** The newest cards of a room's members, in order of idFp after `after` (null: from the start). */
  members: {
    params: v.strictObject({ room: hash, after: v.nullable(hash) }),
    result: v.strictObject({ members: v.array(v.strictObject({ name: knownName, card })), next: v.nullable(hash) }),
  },
  /** Begins an epoch: its signed header, and how many chunks will follow. Drops an earlier draft of this session. */
  'epoch-begin': { params: v.strictObject({ room: hash, epoch: bytes(2048), members: u32 }), result: none },
  /** Adds chunks to the draft, one for each member; an empty one for a member to whom nothing can be sealed. */
  'epoch-keys': {
    params: v.strictObject({
      room: hash,
      keys: v.pipe(
        v.array(v.strictObject({ idFp: hash, chunk: v.union([exactBytes(1520), exactBytes(0)]) })),
        v.maxLength(128),
      ),
    }),
    result: none,
  },
  /** Stores the epoch and makes it current. */
  'epoch-commit': { params: v.strictObject({ room: hash }), result: entryPosition },
  /** Asks the members of a room for the key of an epoch. It arrives as the event `granted`. */
  'grant-ask': { params: v.strictObject({ room: hash, epochId: hash }), result: none },
  /** Answers the event `grant-wanted`. */
  grant: { params: v.strictObject({ room: hash, epochId: hash, to: name, grant: bytes(2048) }), result: none },
};

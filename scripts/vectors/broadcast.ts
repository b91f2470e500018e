/** Broadcasts on one link: room keys with the place of their room, broadcasts, and the records that prove them. */
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { concat, hex, utf8, Writer } from '../../src/protocol/base/bytes.ts';
import {
  BroadcastPositions,
  BroadcastSealer,
  broadcastPosition,
  encodeRoomKey,
  type RoomKey,
} from '../../src/protocol/link/broadcast.ts';
import { RecordSealer } from '../../src/protocol/link/record.ts';
import { type RecordType, recordLimits, recordType } from '../../src/protocol/link/record-format.ts';
import { flipped, type Vector } from './vector.ts';

const still: Clock = { ...systemClock, monotonic: () => 0 };
const bytesOf = (byte: number) => new Uint8Array(32).fill(byte);

/** A record, and what the client reads from it. */
type Piece = { bytes: Uint8Array; opens: Record<string, unknown> };

/** The daemon's side of a link. */
class DaemonSide {
  readonly #positions = new BroadcastPositions();
  readonly #sealer: RecordSealer;

  constructor(key: Uint8Array) {
    this.#sealer = new RecordSealer(key, still, recordLimits, this.#positions);
  }

  roomKey(key: RoomKey): Piece {
    const piece = this.record(recordType.roomKey, encodeRoomKey(key));
    this.#positions.set(key.room, broadcastPosition(key));
    return piece;
  }

  roomEnd(room: Uint8Array): Piece {
    const piece = this.record(recordType.roomEnd, room);
    this.#positions.delete(room);
    return piece;
  }

  broadcast(sealer: BroadcastSealer, text: string): Piece {
    const body = messages(text);
    const { bytes, room, position } = sealer.seal(body);
    this.#positions.set(room, position);
    return { bytes, opens: { type: 'broadcast', room: hex(room), body: hex(body), position: hex(position) } };
  }

  record(type: RecordType, body: Uint8Array = new Uint8Array()): Piece {
    return { bytes: concat(...this.#sealer.seal(type, body)), opens: { type, body: hex(body) } };
  }
}

export function broadcastVectors(): Vector[] {
  const link = bytesOf(1);
  const side = new DaemonSide(link);
  const first = new BroadcastSealer({ room: bytesOf(0x22), gen: 7, key: bytesOf(2) }, still);
  // This link gets the key after two broadcasts, so its place is not the beginning.
  for (const earlier of ['before', 'this link']) first.seal(messages(earlier));
  const second = new BroadcastSealer({ room: bytesOf(0x11), gen: 9, key: bytesOf(3) }, still);
  const key1 = side.roomKey(first.roomKey);
  const key2 = side.roomKey(second.roomKey);
  const one = side.broadcast(first, 'one');
  const two = side.broadcast(second, 'two');
  const three = side.broadcast(first, 'three');
  const mark = side.record(recordType.mark);
  const end = side.roomEnd(bytesOf(0x11));
  const last = side.record(recordType.messages, messages('four'));
  const vector = (what: string, pieces: Piece[], opens: number): Vector => ({
    what,
    verdict: opens === pieces.length ? 'accepted' : 'link',
    given: { key: hex(link), stream: hex(concat(...pieces.map(({ bytes }) => bytes))) },
    gives: { opens: pieces.slice(0, opens).map((piece) => piece.opens) },
  });
  const spoilt = (piece: Piece, at: number): Piece => ({ ...piece, bytes: flipped(piece.bytes, at) });
  // A missing broadcast shows at the next one of its room, or at the next record of the link's own.
  return [
    vector('all', [key1, key2, one, two, three, mark, end, last], 8),
    vector('a broadcast is missing', [key1, key2, two, three, mark, end, last], 3),
    vector('the last broadcast is missing', [key1, key2, one, two, mark, end, last], 4),
    vector('all broadcasts are missing', [key1, key2, mark, end, last], 2),
    vector('broadcasts of two rooms change places', [key1, key2, two, one, three, mark], 6),
    vector('broadcasts of one room change places', [key1, key2, three, one, two, mark], 2),
    vector('a broadcast comes twice', [key1, key2, one, one, two, three, mark], 3),
    vector('a bit of a broadcast is flipped', [key1, key2, spoilt(one, 12), two, three, mark], 2),
    vector('a bit of its generation is flipped', [key1, key2, spoilt(one, 7), two, three, mark], 2),
    vector('a broadcast comes before the key of its room', [one, key1, key2], 0),
    vector('a broadcast comes after the end of its room', [key1, key2, one, two, three, mark, end, two], 7),
    vector('the mark is missing', [key1, key2, one, two, three, end, last], 5),
  ];
}

/** The body of a record with one message. */
function messages(text: string): Uint8Array {
  return new Writer().u32(utf8(text).length).bytes(utf8(text)).finish();
}

/** The sending half of a link: packs messages into records, writes once for each flush, and limits what may wait. */
import type { Writable } from 'node:stream';
import { Reader, Writer } from '../base/bytes.ts';
import {
  type Broadcast,
  type BroadcastPositions,
  broadcastPosition,
  encodeRoomKey,
  type RoomKey,
} from './broadcast.ts';
import type { Flushable, Flusher } from './flusher.ts';
import type { RecordSealer } from './record.ts';
import { LARGE_RECORD, type RecordType, recordType } from './record-format.ts';

/**
 * drained() resolves below this many queued bytes: two segments, so that the socket never runs dry and chat passes
 * soon.
 */
const LOW_WATER = 524_288;
/** Bytes of the u32 length before each message. */
const PREFIX = 4;
/** The longest message in a record after login. */
export const MAX_MESSAGE = LARGE_RECORD - 1 - PREFIX;
/** Bytes of `u32 transfer, u64 index`. */
const SEGMENT_HEADER = 12;

export class LinkWriter implements Flushable {
  /** Most plaintext bytes of a record; raised at login. */
  maxPlain: number;
  due = 0;
  readonly #stream: Writable;
  readonly #sealer: RecordSealer;
  readonly #flusher: Flusher;
  readonly #maxQueued: number;
  readonly #onFull: () => void;
  readonly #positions: BroadcastPositions;
  /** A broadcast was written, and no record of the link's own after it. */
  #unconfirmed = false;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #scheduled = false;
  #ended = false;
  #waiters: (() => void)[] = [];
  readonly #written = (): void => this.#wake();

  constructor(
    stream: Writable,
    sealer: RecordSealer,
    o: { flusher: Flusher; maxPlain: number; maxQueued: number; positions: BroadcastPositions; onFull: () => void },
  ) {
    this.#stream = stream;
    this.#sealer = sealer;
    this.#flusher = o.flusher;
    this.maxPlain = o.maxPlain;
    this.#maxQueued = o.maxQueued;
    this.#positions = o.positions;
    this.#onFull = o.onFull;
  }

  /** Bytes sent and not yet handed to the system; 0 after the end of the link, so that nobody waits for it. */
  get queuedBytes(): number {
    if (this.#ended) return 0;
    return this.#stream.writableLength + this.#pendingBytes;
  }

  send(message: Uint8Array): void {
    const size = PREFIX + message.length;
    if (1 + size > this.maxPlain) throw new RangeError(`a message of ${message.length} bytes does not fit a record`);
    if (this.#ended) return;
    if (1 + this.#pendingBytes + size > this.maxPlain) this.flush();
    this.#pending.push(message);
    this.#pendingBytes += size;
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#flusher.schedule(this);
    }
    this.#checkQueue();
  }

  /** Sends after all earlier messages, so that a peer knows a transfer before its segments. */
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void {
    if (1 + SEGMENT_HEADER + bytes.length > this.maxPlain) throw new RangeError('the segment does not fit a record');
    this.flush();
    this.#write(recordType.segment, new Writer().u32(transfer).u64(index).finish(), bytes);
    this.#checkQueue();
  }

  /** Announces the key of the room's further broadcasts, after everything sent before. */
  roomKey(key: RoomKey): void {
    this.flush();
    this.#write(recordType.roomKey, encodeRoomKey(key));
    this.#positions.set(key.room, broadcastPosition(key));
  }

  roomEnd(room: Uint8Array): void {
    if (!this.#positions.has(room)) return;
    this.flush();
    this.#write(recordType.roomEnd, room);
    this.#positions.delete(room);
  }

  /** Sends a broadcast after everything sent before. A link never skips one. */
  broadcast({ room, bytes, position }: Broadcast): void {
    if (this.#ended) return;
    if (!this.#positions.has(room)) throw new Error('the link was not given the key of this room');
    this.flush();
    this.#stream.write(bytes, this.#written);
    this.#positions.set(room, position);
    this.#unconfirmed = true;
    this.#checkQueue();
  }

  /** Makes a record of the link's own follow the last broadcast. */
  mark(): void {
    this.flush();
    if (this.#unconfirmed) this.#write(recordType.mark);
  }

  confirm(parameters: Uint8Array): void {
    this.#write(recordType.confirm, parameters);
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#pending.length === 0) return;
    const parts = joinMessages(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#write(recordType.messages, ...parts);
  }

  /** Sends what is pending, then CLOSE, then ends the stream. Later messages are dropped. */
  end(): void {
    if (this.#ended) return;
    this.flush();
    this.#write(recordType.close);
    this.stop();
    this.#stream.end();
  }

  /** Drops what is pending and resolves all waiters. */
  stop(): void {
    this.#ended = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#wake();
  }

  /** Resolves below LOW_WATER, and when the link is over. */
  drained(): Promise<void> {
    if (this.#ended || this.queuedBytes < LOW_WATER) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #write(type: RecordType, ...parts: Uint8Array[]): void {
    if (this.#ended) return;
    this.#unconfirmed = false;
    const pieces = this.#sealer.seal(type, ...parts);
    const last = pieces.pop();
    if (pieces.length > 0) this.#stream.cork();
    for (const piece of pieces) this.#stream.write(piece);
    if (last) this.#stream.write(last, this.#written);
    if (pieces.length > 0) this.#stream.uncork();
  }

  #wake(): void {
    if (this.#waiters.length === 0 || !(this.#ended || this.queuedBytes < LOW_WATER)) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #checkQueue(): void {
    if (!this.#ended && this.queuedBytes > this.#maxQueued) this.#onFull();
  }
}

/** The body of a record with these messages, each after its length. */
function joinMessages(messages: readonly Uint8Array[]): Uint8Array[] {
  return messages.flatMap((message) => {
    const prefix = Buffer.allocUnsafe(PREFIX);
    prefix.writeUInt32BE(message.length);
    return [prefix, message];
  });
}

/** The messages of a record's body, at least one. @throws ProtocolError 'layout' */
export function* splitMessages(body: Uint8Array): Generator<Uint8Array> {
  const reader = new Reader(body);
  for (let left = body.length, first = true; left > 0 || first; first = false) {
    const size = reader.u32();
    yield reader.bytes(size);
    left -= PREFIX + size;
  }
}

/** @throws ProtocolError 'layout' */
export function splitSegment(body: Uint8Array): { transfer: number; index: number; bytes: Uint8Array } {
  const reader = new Reader(body);
  return { transfer: reader.u32(), index: reader.u64(), bytes: reader.rest() };
}

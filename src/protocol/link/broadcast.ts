/**
 * Broadcast records: a message to every link of a room is sealed once, and the same bytes are written to each link. All
 * members of the room know the key, so the record itself only proves that one of them, or the daemon, made it. The
 * *position* of each room (generation, counter, chain) proves that the daemon made it and that nothing is missing,
 * repeated or moved. It is part of the additional data of every record that belongs to this link alone.
 */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { compare, equal, H, Reader, Writer } from '../base/bytes.ts';
import { BROADCAST_BIT, type RecordLimits, recordError, recordLimits } from './record-format.ts';

const HEADER = 4;
const GENERATION = 4;
const TAG = 16;
const ID = 32;
const KEY = 32;
/** Bytes on the wire beyond the content: length, generation, tag. */
const BROADCAST_OVERHEAD = HEADER + GENERATION + TAG;
const NO_CHAIN = new Uint8Array(32);

/** A link needs this to open a room's broadcasts from here on. */
export type RoomKey = { room: Uint8Array; gen: number; key: Uint8Array; counter: number; chain: Uint8Array };

/** One sealed record, and the position of its room after it. */
export type Broadcast = { room: Uint8Array; gen: number; bytes: Uint8Array; position: Uint8Array };

/** `room[32], u32 gen, key[32], u64 counter, chain[32]`. */
export function encodeRoomKey({ room, gen, key, counter, chain }: RoomKey): Uint8Array {
  return new Writer().bytes(room).u32(gen).bytes(key).u64(counter).bytes(chain).finish();
}

/** @throws ProtocolError 'layout' */
export function decodeRoomKey(bytes: Uint8Array): RoomKey {
  const reader = new Reader(Uint8Array.from(bytes));
  const parts = { room: reader.bytes(ID), gen: reader.u32(), key: reader.bytes(KEY) };
  const position = { counter: reader.u64(), chain: reader.bytes(NO_CHAIN.length) };
  reader.end();
  return { ...parts, ...position };
}

/** `u32 gen, u64 counter, chain[32]`: how far a room's broadcasts have gone. */
export function broadcastPosition({ gen, counter, chain }: Pick<RoomKey, 'gen' | 'counter' | 'chain'>): Uint8Array {
  return new Writer().u32(gen).u64(counter).bytes(chain).finish();
}

/**
 * The positions of all rooms of one link, by room id. Both ends put them into the additional data of every record of
 * the link's own; they are not sent.
 */
export class BroadcastPositions {
  readonly #sorted: { readonly room: Uint8Array; position: Uint8Array }[] = [];

  /** Sets the position of a room, which may be new. */
  set(room: Uint8Array, position: Uint8Array): void {
    const known = this.#find(room);
    if (known !== undefined) {
      known.position = position;
      return;
    }
    this.#sorted.push({ room, position });
    this.#sorted.sort((a, b) => compare(a.room, b.room));
  }

  delete(room: Uint8Array): void {
    const known = this.#find(room);
    if (known !== undefined) this.#sorted.splice(this.#sorted.indexOf(known), 1);
  }

  has(room: Uint8Array): boolean {
    return this.#find(room) !== undefined;
  }

  /** The additional data: `header`, then the positions in order of room id. */
  aad(header: Uint8Array): Uint8Array {
    return this.#sorted.length === 0
      ? header
      : Buffer.concat([header, ...this.#sorted.map(({ position }) => position)]);
  }

  /** Compares by reference first, because the daemon calls this for each delivery. */
  #find(room: Uint8Array) {
    return this.#sorted.find((one) => one.room === room) ?? this.#sorted.find((one) => equal(one.room, room));
  }
}

/** One generation of a room's key, in memory only, with its counter and chain. */
class Generation {
  readonly room: Uint8Array;
  readonly gen: number;
  readonly key: KeyObject;
  counter: number;
  chain: Uint8Array;
  readonly #nonce = Buffer.alloc(12);

  constructor({ room, gen, key, counter, chain }: RoomKey) {
    this.room = room;
    this.gen = gen;
    this.key = createSecretKey(key);
    this.counter = counter;
    this.chain = chain;
  }

  /** The next nonce (deterministic, NIST SP 800-38D, section 8.2.1). Valid until the next call. */
  get nonce(): Uint8Array {
    this.#nonce.writeUIntBE(this.counter, 6, 6);
    return this.#nonce;
  }

  get position(): Uint8Array {
    return broadcastPosition(this);
  }

  /** The additional data of the next record: length and generation as on the wire, then the room. */
  aad(header: Uint8Array): Uint8Array {
    return Buffer.concat([header, this.room]);
  }

  /**
   * Chains the hash of the whole record. The tag is not enough: a member, who has the key, can make another text
   * with the same tag.
   */
  step(...record: Uint8Array[]): void {
    const hash = createHash('sha256');
    for (const part of record) hash.update(part);
    this.chain = H('bchain', this.chain, hash.digest());
    this.counter += 1;
  }
}

/** Seals a room's broadcasts under one key. Only the daemon has one. */
export class BroadcastSealer {
  readonly #generation: Generation;
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #limits: RecordLimits;
  readonly #since: number;
  #bytes = 0;

  /** @param about `key` is random and for this generation only; `gen` was never used by this daemon before */
  constructor(
    about: { room: Uint8Array; gen: number; key: Uint8Array },
    clock: Clock,
    limits: RecordLimits = recordLimits,
  ) {
    this.#generation = new Generation({ ...about, counter: 0, chain: NO_CHAIN });
    this.#key = about.key;
    this.#clock = clock;
    this.#limits = limits;
    this.#since = clock.monotonic();
  }

  /** Whether the key has reached its limits, so that another one must seal the next `size` bytes. */
  isExhausted(size: number): boolean {
    const { records, bytes, age } = this.#limits;
    const after = this.#bytes + size + BROADCAST_OVERHEAD;
    return this.#generation.counter >= records || after > bytes || this.#clock.monotonic() - this.#since >= age;
  }

  /** For a link that joins now. */
  get roomKey(): RoomKey {
    const { room, gen, counter, chain } = this.#generation;
    return { room, gen, key: this.#key, counter, chain };
  }

  /** Encrypts `content` once for all links (AES-256-GCM, NIST SP 800-38D, section 7.1). */
  seal(content: Uint8Array): Broadcast {
    const { room, gen, key, nonce } = this.#generation;
    const header = Buffer.allocUnsafe(HEADER + GENERATION);
    header.writeUInt32BE(BROADCAST_BIT + GENERATION + content.length + TAG, 0);
    header.writeUInt32BE(gen, HEADER);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(this.#generation.aad(header));
    const sealed = cipher.update(content);
    cipher.final();
    const bytes = Buffer.concat([header, sealed, cipher.getAuthTag()]);
    this.#bytes += bytes.length;
    this.#generation.step(bytes);
    return { room, gen, bytes, position: this.#generation.position };
  }
}

/** Opens the broadcasts of one client's link: each room has one current key. */
export class BroadcastOpener {
  readonly positions: BroadcastPositions;
  readonly #byGen = new Map<number, Generation>();
  readonly #hardStop: number;

  constructor(positions: BroadcastPositions, limits: RecordLimits = recordLimits) {
    this.positions = positions;
    this.#hardStop = limits.hardStop;
  }

  /**
   * Sets a room's current key. Broadcasts under an older one are refused.
   * @throws ProtocolError 'link'
   */
  setKey(key: RoomKey): void {
    if (this.#byGen.has(key.gen)) throw recordError();
    this.#forget(key.room);
    this.#byGen.set(key.gen, new Generation(key));
    this.positions.set(key.room, broadcastPosition(key));
  }

  /** Ends a room's broadcasts. @throws ProtocolError 'link' for a room without a key */
  drop(room: Uint8Array): void {
    if (!this.#forget(room)) throw recordError();
    this.positions.delete(room);
  }

  /**
   * Decrypts the next record of one of the rooms (NIST SP 800-38D, section 7.2).
   * @param rest what follows the length
   * @throws ProtocolError 'link', the same for every failure
   */
  open(header: Uint8Array, rest: Uint8Array): { room: Uint8Array; content: Uint8Array } {
    const end = rest.length - TAG;
    const generation = end <= GENERATION ? undefined : this.#byGen.get(new Reader(rest).u32());
    if (generation === undefined || generation.counter >= this.#hardStop) throw recordError();
    const { room, key, nonce } = generation;
    const clear = Buffer.concat([header, rest.subarray(0, GENERATION)]);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG });
    decipher.setAAD(generation.aad(clear)).setAuthTag(rest.subarray(end));
    const content = decipher.update(rest.subarray(GENERATION, end));
    try {
      decipher.final();
    } catch {
      throw recordError();
    }
    generation.step(header, rest);
    this.positions.set(room, generation.position);
    return { room, content };
  }

  #forget(room: Uint8Array): boolean {
    for (const [gen, generation] of this.#byGen) {
      if (equal(generation.room, room)) return this.#byGen.delete(gen);
    }
    return false;
  }
}

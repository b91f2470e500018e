/**
 * Records, the frames of a link: a u32 length of ciphertext and tag, which is also the additional data, then
 * AES-256-GCM (NIST SP 800-38D) under the direction's key. The nonce is 4 zero bytes and a u64 counter (section 8.2.1).
 * The first plaintext byte is the type. From the daemon the additional data continues with the positions of the link's
 * rooms (broadcast.ts), whose own records come between these. This file knows no stream.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { hkdf, label } from '../base/bytes.ts';
import type { BroadcastOpener, BroadcastPositions } from './broadcast.ts';
import {
  BROADCAST_BIT,
  LARGE_RECORD,
  lastRecordType,
  type RecordLimits,
  type RecordType,
  recordError,
  recordLimits,
  recordTooLong,
  recordType,
} from './record-format.ts';

const HEADER = 4;
const TAG = 16;
/** A broadcast has its generation before the ciphertext. */
const GENERATION = 4;
/** Smaller records are copied into one buffer, which is cheaper than three writes. */
const JOIN_BELOW = 16_384;

/** A key and its counter, as the CipherState of Noise (revision 34, section 5.1), with a key change of its own. */
class CipherState {
  #raw: Uint8Array;
  #key: KeyObject;
  readonly #nonce = Buffer.alloc(12);
  counter = 0;

  constructor(key: Uint8Array) {
    this.#raw = key;
    this.#key = createSecretKey(key);
  }

  get key(): KeyObject {
    return this.#key;
  }

  /** The next nonce. Valid until the next call. */
  nonce(): Uint8Array {
    this.#nonce.writeUIntBE(this.counter, 6, 6);
    this.counter += 1;
    return this.#nonce;
  }

  rekey(): void {
    this.#raw = hkdf(this.#raw, new Uint8Array(0), label('rekey'));
    this.#key = createSecretKey(this.#raw);
    this.counter = 0;
  }
}

/** Encrypts one direction of a link. */
export class RecordSealer {
  readonly #cipher: CipherState;
  readonly #clock: Clock;
  readonly #limits: RecordLimits;
  readonly #positions: BroadcastPositions | null;
  #bytes = 0;
  #since: number;

  /**
   * @param positions how far the rooms' broadcasts have gone on this link; each record's additional data includes them
   */
  constructor(
    key: Uint8Array,
    clock: Clock,
    limits: RecordLimits = recordLimits,
    positions: BroadcastPositions | null = null,
  ) {
    this.#cipher = new CipherState(key);
    this.#clock = clock;
    this.#limits = limits;
    this.#positions = positions;
    this.#since = clock.monotonic();
  }

  /**
   * Encrypts one record (NIST SP 800-38D, section 7.1).
   * @returns the bytes to write, in order; a REKEY comes first when the key has reached its limits
   */
  seal(type: RecordType, ...parts: Uint8Array[]): Uint8Array[] {
    const size = parts.reduce((sum, part) => sum + part.length, HEADER + 1 + TAG);
    const { records, bytes, age } = this.#limits;
    const worn =
      this.#cipher.counter >= records - 1 || this.#bytes + size > bytes || this.#clock.monotonic() - this.#since >= age;
    if (!worn) return this.#seal(size, type, parts);
    const last = this.#seal(HEADER + 1 + TAG, recordType.rekey, []);
    this.#cipher.rekey();
    this.#bytes = 0;
    this.#since = this.#clock.monotonic();
    return [...last, ...this.#seal(size, type, parts)];
  }

  #seal(size: number, type: RecordType, parts: Uint8Array[]): Uint8Array[] {
    this.#bytes += size;
    const header = Buffer.allocUnsafe(HEADER);
    header.writeUInt32BE(size - HEADER);
    const cipher = createCipheriv('aes-256-gcm', this.#cipher.key, this.#cipher.nonce());
    cipher.setAAD(this.#positions?.aad(header) ?? header);
    if (size < JOIN_BELOW) {
      const sealed = cipher.update(Buffer.concat([Uint8Array.of(type), ...parts]));
      cipher.final();
      return [Buffer.concat([header, sealed, cipher.getAuthTag()], size)];
    }
    const sealed = [Uint8Array.of(type), ...parts].map((part) => cipher.update(part));
    cipher.final();
    return [header, ...sealed, cipher.getAuthTag()];
  }
}

export type OpenedRecord =
  | { type: RecordType; body: Uint8Array }
  | { type: 'broadcast'; room: Uint8Array; body: Uint8Array };

/** Decrypts one direction of a link, however the stream is cut into chunks. */
export class RecordOpener {
  /** Most plaintext bytes. A longer record is refused at its header, before anything is stored. */
  maxPlain: number;
  readonly #cipher: CipherState;
  readonly #hardStop: number;
  readonly #broadcasts: BroadcastOpener | null;
  #header = Buffer.alloc(HEADER);
  #sealed: Buffer | null = null;
  /** Bytes received so far: of the header, or of the sealed bytes when there are some. */
  #have = 0;

  /** @param broadcasts the rooms whose broadcasts may arrive; null refuses broadcasts */
  constructor(
    key: Uint8Array,
    maxPlain: number,
    limits: RecordLimits = recordLimits,
    broadcasts: BroadcastOpener | null = null,
  ) {
    this.#cipher = new CipherState(key);
    this.maxPlain = maxPlain;
    this.#broadcasts = broadcasts;
    this.#hardStop = limits.hardStop;
  }

  /**
   * The records that end in `chunk`, without REKEYs (NIST SP 800-38D, section 7.2). Records before an error are
   * returned first; push nothing more after it.
   * @throws ProtocolError 'link', the same for every failure
   */
  *push(chunk: Uint8Array): Generator<OpenedRecord> {
    for (let at = 0; at < chunk.length; ) {
      if (this.#sealed === null) {
        const size = this.#takeHeader(chunk, at);
        at += size.taken;
        if (size.sealed === null) return;
        if (chunk.length - at >= size.sealed) {
          // The whole record is in this chunk: no copy needed.
          yield* this.#open(chunk.subarray(at, at + size.sealed));
          at += size.sealed;
          continue;
        }
        this.#sealed = takeBuffer(size.sealed);
        this.#have = 0;
      }
      const sealed = this.#sealed;
      const taken = Math.min(sealed.length - this.#have, chunk.length - at);
      sealed.set(chunk.subarray(at, at + taken), this.#have);
      this.#have += taken;
      at += taken;
      if (this.#have < sealed.length) return;
      this.#sealed = null;
      this.#have = 0;
      const opened = [...this.#open(sealed)];
      giveBuffer(sealed);
      yield* opened;
    }
  }

  #takeHeader(chunk: Uint8Array, at: number): { taken: number; sealed: number | null } {
    const taken = Math.min(HEADER - this.#have, chunk.length - at);
    this.#header.set(chunk.subarray(at, at + taken), this.#have);
    this.#have += taken;
    if (this.#have < HEADER) return { taken, sealed: null };
    this.#have = 0;
    const length = this.#header.readUInt32BE();
    const sealed = length % BROADCAST_BIT;
    const clear = length < BROADCAST_BIT ? 0 : GENERATION;
    if (sealed < clear + 1 + TAG || (clear > 0 && this.#broadcasts === null)) throw recordError();
    if (sealed > clear + this.maxPlain + TAG) throw recordTooLong(this.maxPlain);
    return { taken, sealed };
  }

  *#open(sealed: Uint8Array): Generator<OpenedRecord> {
    if (this.#broadcasts !== null && this.#header.readUInt32BE() >= BROADCAST_BIT) {
      const { room, content } = this.#broadcasts.open(this.#header, sealed);
      yield { type: 'broadcast', room, body: content };
      return;
    }
    if (this.#cipher.counter >= this.#hardStop) throw recordError();
    const plain = this.#decrypt(sealed);
    const type = plain[0] ?? 0;
    if (type < 1 || type > lastRecordType) throw recordError();
    const body = plain.subarray(1);
    if (type !== recordType.rekey) {
      yield { type: type as RecordType, body };
      return;
    }
    if (body.length > 0) throw recordError();
    this.#cipher.rekey();
  }

  #decrypt(sealed: Uint8Array): Uint8Array {
    const end = sealed.length - TAG;
    const decipher = createDecipheriv('aes-256-gcm', this.#cipher.key, this.#cipher.nonce(), { authTagLength: TAG });
    const aad = this.#broadcasts?.positions.aad(this.#header) ?? this.#header;
    decipher.setAAD(aad).setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      throw recordError();
    }
    return plain;
  }
}

// Buffers for large records that arrive in pieces, shared by all links: an idle link holds none, and the system need
// not map and clear a quarter of a megabyte for each segment.
const spare: Buffer[] = [];
const SPARE_MAX = 16;
const WORTH_KEEPING = 65_536;

function takeBuffer(size: number): Buffer {
  if (size < WORTH_KEEPING) return Buffer.allocUnsafe(size);
  const whole = spare.pop() ?? Buffer.allocUnsafeSlow(LARGE_RECORD + TAG);
  return whole.subarray(0, size);
}

function giveBuffer(used: Buffer): void {
  if (used.length < WORTH_KEEPING || spare.length >= SPARE_MAX) return;
  spare.push(Buffer.from(used.buffer, used.byteOffset, LARGE_RECORD + TAG));
}

/**
 * Folder `base`: bytes, text, names, errors and queues that everything shares; it knows no keys and no messages. This
 * file has the layout of everything that is signed, hashed or sealed (big-endian, no optional parts, nothing after the
 * end), the hash H with its closed set of tags, and the key derivations.
 */
import { createHmac, createSecretKey, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from './errors.ts';

/** One tag for each use, so that no structure can be taken for another. A new use gets a new tag. */
export type Tag =
  | 'daemon'
  | 'identity'
  | 'ek'
  | 'card'
  | 'login'
  | 'export'
  | 'words'
  | 'dm'
  | 'note'
  | 'notehdr'
  | 'notecopy'
  | 'notechunk'
  | 'room'
  | 'log'
  | 'roommsg'
  | 'roomkey'
  | 'members'
  | 'epoch'
  | 'epochchunk'
  | 'granthdr'
  | 'grantchunk'
  | 'keycommit'
  | 'file'
  | 'seg'
  | 'vault'
  | 'shared'
  | 'wrap'
  | 'notewrap'
  | 'epochwrap'
  | 'grantwrap'
  | 'info'
  | 'infokey'
  | 'before'
  | 'safety'
  | 'rekey'
  | 'bchain'
  | 'record'
  | 'ticket';

/** The tag as bytes, `securechat/v2/<tag>`. Also the `info` of a key derivation. */
export function label(tag: Tag): Uint8Array {
  return utf8(`securechat/v2/${tag}`);
}

/**
 * SHA-256(u8 length || tag || for each part: u32 length || part). The lengths prevent bytes from moving between parts.
 */
export function H(tag: Tag, ...parts: Uint8Array[]): Uint8Array {
  const name = label(tag);
  const head = 1 + name.length;
  const bytes = Buffer.allocUnsafe(parts.reduce((total, part) => total + 4 + part.length, head));
  bytes[0] = name.length;
  bytes.set(name, 1);
  let at = head;
  for (const part of parts) {
    bytes.writeUInt32BE(part.length, at);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return hash('sha256', bytes, 'buffer');
}

/** HKDF-SHA-256 (RFC 5869, sections 2.2 and 2.3). @param size bytes to derive */
export function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array, size = 32): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, info, size));
}

/** HMAC-SHA-256 (RFC 2104). */
export function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac('sha256', createSecretKey(key)).update(data).digest();
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Strict UTF-8: nothing is replaced or dropped. @throws ProtocolError 'layout' */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtocolError('layout', 'not UTF-8');
  }
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Adds zeros to a multiple of `step` bytes. */
export function padded(bytes: Uint8Array, step: number): Uint8Array {
  const all = new Uint8Array(Math.ceil(bytes.length / step) * step);
  all.set(bytes);
  return all;
}

/** Compares in constant time for equal lengths. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Compares as unsigned bytes. @returns a negative number, 0 or a positive number */
export function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** @throws ProtocolError 'layout' for anything but pairs of hexadecimal digits */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new ProtocolError('layout', 'not hexadecimal');
  return Buffer.from(text, 'hex');
}

/** Writes one structure, field by field. @throws RangeError for a value that does not fit its field, which is a bug */
export class Writer {
  #parts: Uint8Array[] = [];

  u8(n: number): this {
    return this.#number(n, 1);
  }

  u16(n: number): this {
    return this.#number(n, 2);
  }

  u32(n: number): this {
    return this.#number(n, 4);
  }

  /** Up to Number.MAX_SAFE_INTEGER. */
  u64(n: number): this {
    if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is not a safe unsigned integer`);
    return this.#number(Math.floor(n / 2 ** 32), 4).#number(n % 2 ** 32, 4);
  }

  bytes(b: Uint8Array): this {
    this.#parts.push(b);
    return this;
  }

  /** A u16 length, then the bytes. */
  var16(b: Uint8Array): this {
    return this.u16(b.length).bytes(b);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #number(n: number, size: number): this {
    const field = Buffer.allocUnsafe(size);
    field.writeUIntBE(n, 0, size);
    this.#parts.push(field);
    return this;
  }
}

/**
 * Reads one structure, field by field. Returned bytes are views, not copies. Every method throws ProtocolError 'layout'
 * when the bytes end too early; end() throws it when bytes are left.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u32(): number {
    return this.#number(4);
  }

  /** @throws ProtocolError 'layout' also above Number.MAX_SAFE_INTEGER */
  u64(): number {
    const n = this.#number(4) * 2 ** 32 + this.#number(4);
    if (!Number.isSafeInteger(n)) throw new ProtocolError('layout', 'number too large');
    return n;
  }

  bytes(n: number): Uint8Array {
    const end = this.#at + n;
    if (end > this.#bytes.length) throw new ProtocolError('layout', 'ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  var16(): Uint8Array {
    return this.bytes(this.u16());
  }

  /** All remaining bytes. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }

  /** Checks that no bytes are left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new ProtocolError('layout', 'bytes after the end');
  }

  #number(size: number): number {
    let n = 0;
    for (const byte of this.bytes(size)) n = n * 256 + byte;
    return n;
  }
}

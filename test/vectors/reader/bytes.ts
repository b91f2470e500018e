/** Layouts, the hash H and HKDF, as section 1 of docs/PROTOCOL.md defines them. */
import { createHash, hkdfSync } from 'node:crypto';

/** Bytes that a reader must not accept. */
export class Refused extends Error {}

/** @throws Refused unless `fact` holds */
export function demand(fact: boolean): asserts fact {
  if (!fact) throw new Refused();
}

/** Runs a step in which an error of node:crypto means bytes that do not open. @throws Refused */
export function orRefuse<T>(step: () => T): T {
  try {
    return step();
  } catch {
    throw new Refused();
  }
}

export const zeros = (size: number): Buffer => Buffer.alloc(size);
export const concat = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);
export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
export const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

export function number(value: number, size: number): Buffer {
  const bytes = zeros(size);
  for (let at = size - 1, left = value; at >= 0; at--, left = Math.floor(left / 256)) bytes[at] = left % 256;
  return bytes;
}

/** SHA-256(u8 length of the tag || tag || for each part: u32 length || part). */
export function H(word: string, ...parts: Uint8Array[]): Buffer {
  const tag = Buffer.from(`securechat/v2/${word}`);
  const hash = createHash('sha256').update(number(tag.length, 1)).update(tag);
  for (const part of parts) hash.update(number(part.length, 4)).update(part);
  return hash.digest();
}

export function sha256(...parts: Uint8Array[]): Buffer {
  return createHash('sha256')
    .update(concat(...parts))
    .digest();
}

/** `info` is a word of the table of tags, which stands for the whole tag, or bytes. */
export function hkdf(key: Uint8Array, salt: Uint8Array, info: string | Uint8Array, size = 32): Buffer {
  const bytes = typeof info === 'string' ? Buffer.from(`securechat/v2/${info}`) : info;
  return Buffer.from(hkdfSync('sha256', key, salt, bytes, size));
}

/** Reads the fields of a layout in their order. Every method refuses bytes that end too early. */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  take(size: number): Buffer {
    demand(this.#at + size <= this.#bytes.length);
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  number(size: 1 | 2 | 4 | 8): number {
    const value = this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    demand(Number.isSafeInteger(value));
    return value;
  }

  var16(): Buffer {
    return this.take(this.number(2));
  }

  text16(): string {
    return utf8(this.var16());
  }

  list<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  /** The bytes that were read so far. */
  get before(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }

  end(): void {
    demand(this.#at === this.#bytes.length);
  }
}

export function utf8(bytes: Uint8Array): string {
  return orRefuse(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
}

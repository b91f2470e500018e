/**
 * The subset of MessagePack that the protocol uses: nil, booleans, unsigned integers up to 2^53 - 1, UTF-8 text, bytes,
 * arrays, and maps with distinct text keys, each in its shortest form. So a value has one encoding, except for the
 * order of keys.
 *
 * The library trusts the counts that it reads: five bytes make it allocate 268 MB. So input is first walked without
 * allocating, and decoded only when it is in this subset.
 */
import { isUtf8 } from 'node:buffer';
import { Decoder, Encoder } from '@msgpack/msgpack';
import { ProtocolError } from '../base/errors.ts';

/** Most nested arrays and maps. Ours have at most seven. */
const MAX_DEPTH = 8;
/** Most keys of a map. Ours have at most eleven. */
const MAX_KEYS = 16;
/** The longest message, bytes. */
const MAX_BYTES = 2 ** 20;

const decoder = new Decoder({
  maxArrayLength: MAX_BYTES,
  maxMapLength: MAX_KEYS,
  maxStrLength: MAX_BYTES,
  maxBinLength: MAX_BYTES,
  maxExtLength: 0,
});
const encoder = new Encoder();

/** Integers must be safe and not negative, and text well-formed; otherwise the other end refuses it. */
export function encodeMessagePack(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/**
 * Decodes exactly one value. Byte strings are views of `bytes`.
 * @param maxValues the most values of all arrays and maps together; a key counts as one
 * @throws ProtocolError 'message', and nothing else
 */
export function decodeMessagePack(bytes: Uint8Array, maxValues: number): unknown {
  if (!walk(bytes, maxValues)) throw refused();
  try {
    return decoder.decode(bytes);
  } catch {
    throw refused();
  }
}

function refused(): ProtocolError {
  return new ProtocolError('message', 'not MessagePack of this protocol');
}

// Tables by first byte: the kind of value (0 is refused), the number of bytes that hold its number, and the least
// number without a shorter form. Without such bytes, the number that the first byte itself holds.
const PLAIN = 1;
const INTEGER = 2;
const TEXT = 3;
const BYTES = 4;
const ARRAY = 5;
const MAP = 6;
const kindOf = new Uint8Array(256);
const widthOf = new Uint8Array(256);
const leastOf = new Float64Array(256);

kindOf.fill(PLAIN, 0x00, 0x80);
for (const byte of [0xc0, 0xc2, 0xc3]) kindOf[byte] = PLAIN;
short(MAP, 0x80, 16);
short(ARRAY, 0x90, 16);
short(TEXT, 0xa0, 32);
long(BYTES, 0xc4, [1, 2, 4], 0);
long(INTEGER, 0xcc, [1, 2, 4, 8], 0x80);
long(TEXT, 0xd9, [1, 2, 4], 32);
long(ARRAY, 0xdc, [2, 4], 16);
long(MAP, 0xde, [2, 4], 16);

function short(kind: number, from: number, count: number): void {
  for (let n = 0; n < count; n++) {
    kindOf[from + n] = kind;
    leastOf[from + n] = n;
  }
}

function long(kind: number, from: number, widths: number[], least: number): void {
  for (const [i, width] of widths.entries()) {
    kindOf[from + i] = kind;
    widthOf[from + i] = width;
    leastOf[from + i] = i === 0 ? least : 256 ** (widths[i - 1] ?? 0);
  }
}

// The arrays and maps that the walk is in: values left, which are maps, and the positions of the keys so far.
const left = new Float64Array(MAX_DEPTH);
const isMap = new Uint8Array(MAX_DEPTH);
const keyCount = new Uint8Array(MAX_DEPTH);
const keyStart = new Uint32Array(MAX_DEPTH * MAX_KEYS);
const keyEnd = new Uint32Array(MAX_DEPTH * MAX_KEYS);

/** Whether `bytes` are one value that decodeMessagePack accepts. */
function walk(bytes: Uint8Array, maxValues: number): boolean {
  const end = bytes.length;
  let at = 0;
  let depth = 0;
  let values = 0;
  // Values still to come; each takes at least one byte.
  for (let pending = 1; pending > 0; pending--) {
    if (pending > end - at) return false;
    const first = bytes[at++] ?? 0;
    const kind = kindOf[first] ?? 0;
    const width = widthOf[first] ?? 0;
    const least = leastOf[first] ?? 0;
    if (kind === 0 || width > end - at) return false;
    const n = width === 0 ? least : numberAt(bytes, at, width);
    if (n < least) return false;
    at += width;
    const isKey = depth > 0 && isMap[depth - 1] === 1 && (left[depth - 1] ?? 0) % 2 === 0;
    if (isKey && kind !== TEXT) return false;
    if (kind === INTEGER && n > Number.MAX_SAFE_INTEGER) return false;
    if (kind === TEXT || kind === BYTES) {
      if (n > end - at || (kind === TEXT && !isText(bytes, at, at + n))) return false;
      if (isKey && !isNewKey(bytes, depth - 1, at, at + n)) return false;
      at += n;
    }
    if (depth > 0) left[depth - 1] = (left[depth - 1] ?? 0) - 1;
    if (kind === ARRAY || kind === MAP) {
      const inside = kind === MAP ? 2 * n : n;
      values += inside;
      pending += inside;
      if (depth === MAX_DEPTH || values > maxValues || (kind === MAP && n > MAX_KEYS)) return false;
      left[depth] = inside;
      isMap[depth] = kind === MAP ? 1 : 0;
      keyCount[depth] = 0;
      depth++;
    }
    while (depth > 0 && left[depth - 1] === 0) depth--;
  }
  return at === end;
}

function numberAt(bytes: Uint8Array, at: number, width: number): number {
  let n = 0;
  for (let i = at; i < at + width; i++) n = n * 256 + (bytes[i] ?? 0);
  return n;
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] ?? 0) >= 0x80) return isUtf8(bytes.subarray(i, end));
  return true;
}

/** Whether the map at `level` does not have this key yet. Adds it. */
function isNewKey(bytes: Uint8Array, level: number, start: number, end: number): boolean {
  const count = keyCount[level] ?? 0;
  const first = level * MAX_KEYS;
  for (let k = first; k < first + count; k++) {
    if (sameBytes(bytes, keyStart[k] ?? 0, keyEnd[k] ?? 0, start, end)) return false;
  }
  keyStart[first + count] = start;
  keyEnd[first + count] = end;
  keyCount[level] = count + 1;
  return true;
}

function sameBytes(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; i < aEnd - a; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

/**
 * End-to-end encrypted files. A manifest describes the file and carries its key; segments are sealed one by one with
 * AES-256-GCM (NIST SP 800-38D) under that key.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { fromUtf8, H, hkdf, label, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';

/** Allowed bytes of plain file in a segment. */
export const SEGMENT_SIZES: readonly number[] = [65_536, 131_072, 262_144];
/** Bytes that sealing adds to a segment: nonce and tag. */
export const SEGMENT_OVERHEAD = 28;
const NONCE = 12;
const TAG = 16;
const MAX_NAME_BYTES = 255;
const MAX_TYPE_BYTES = 127;
const REFUSED = 'a segment does not belong to its file';

export type Manifest = {
  /** 16 bytes. A file whose size or time changed gets a new fileId and a new key. */
  fileId: Uint8Array;
  size: number;
  segSize: number;
  count: number;
  /** 32 bytes. */
  key: Uint8Array;
  /** SHA-256 of the plain file. */
  sha256: Uint8Array;
  /** As the sender's system calls it. Pass it through fileName before using it. */
  name: string;
  type: string;
};

type FileLayout = Pick<Manifest, 'fileId' | 'size' | 'segSize'>;
type FileKeyParts = FileLayout & Pick<Manifest, 'key'>;

/** The number of segments. An empty file has one empty segment. */
export function segmentCount(size: number, segSize: number): number {
  return Math.max(1, Math.ceil(size / segSize));
}

/** Bytes of plain file in segment `index`. @throws ProtocolError 'file' when there is no such segment */
export function segmentLength(file: Pick<FileLayout, 'size' | 'segSize'>, index: number): number {
  const count = segmentCount(file.size, file.segSize);
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) throw new ProtocolError('file', REFUSED);
  return index === count - 1 ? file.size - index * file.segSize : file.segSize;
}

/** @throws ProtocolError 'file' for a manifest that decodeManifest would refuse */
export function encodeManifest(m: Manifest): Uint8Array {
  const bytes = new Writer()
    .bytes(m.fileId)
    .u64(m.size)
    .u32(m.segSize)
    .u64(m.count)
    .bytes(m.key)
    .bytes(m.sha256)
    .var16(utf8(m.name))
    .var16(utf8(m.type))
    .finish();
  decodeManifest(bytes);
  return bytes;
}

/** @throws ProtocolError 'file' */
export function decodeManifest(bytes: Uint8Array): Manifest {
  return withProtocolError('file', 'not a manifest', () => {
    const reader = new Reader(bytes);
    const fileId = reader.bytes(16);
    const size = reader.u64();
    const segSize = reader.u32();
    const count = reader.u64();
    const key = reader.bytes(32);
    const sha256 = reader.bytes(32);
    const name = reader.var16();
    const type = reader.var16();
    reader.end();
    ensure(SEGMENT_SIZES.includes(segSize) && count === segmentCount(size, segSize));
    ensure(name.length >= 1 && name.length <= MAX_NAME_BYTES && type.length <= MAX_TYPE_BYTES);
    return { fileId, size, segSize, count, key, sha256, name: fromUtf8(name), type: fromUtf8(type) };
  });
}

/**
 * The additional data of a segment binds it to its file, the file's size and segment size, its position, and whether it
 * is last.
 */
function segmentAad(file: FileLayout, index: number): Uint8Array {
  const last = index === segmentCount(file.size, file.segSize) - 1;
  const u64 = (n: number) => new Writer().u64(n).finish();
  const segSize = new Writer().u32(file.segSize).finish();
  return H('seg', file.fileId, u64(file.size), segSize, u64(index), Uint8Array.of(last ? 1 : 0));
}

/**
 * Derives the segment key with HKDF (RFC 5869). The salt is the fileId, so one manifest key never seals under two ids.
 */
function fileKey(file: FileKeyParts): Uint8Array {
  return hkdf(file.key, file.fileId, label('file'));
}

/** Seals segments, in any order, to nonce(12) || ciphertext || tag(16). */
export class SegmentSealer {
  readonly #file: FileKeyParts;
  readonly #key: Uint8Array;
  readonly #random: Random;

  constructor(file: FileKeyParts, random: Random) {
    this.#file = file;
    this.#key = fileKey(file);
    this.#random = random;
  }

  /**
   * Encrypts one segment (NIST SP 800-38D, section 7.1).
   * @param into the target, at least SEGMENT_OVERHEAD longer than `plain`; the result is a view of it
   * @throws ProtocolError 'file' when `plain` has the wrong size for segment `index`, because the file has changed
   */
  seal(index: number, plain: Uint8Array, into?: Uint8Array): Uint8Array {
    if (plain.length !== segmentLength(this.#file, index))
      throw new ProtocolError('file', 'the size of the file has changed since it was opened; send it again');
    // A random nonce (section 8.2.2): a counter would repeat when a changed file is resumed.
    const nonce = this.#random(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(segmentAad(this.#file, index));
    const sealed = (into ?? Buffer.allocUnsafe(plain.length + SEGMENT_OVERHEAD)).subarray(
      0,
      plain.length + SEGMENT_OVERHEAD,
    );
    sealed.set(nonce);
    inSteps(plain, (step, at) => sealed.set(cipher.update(step), NONCE + at));
    cipher.final();
    sealed.set(cipher.getAuthTag(), NONCE + plain.length);
    return sealed;
  }
}

/** Opens segments, in any order. Returns nothing before the tag is checked. */
export class SegmentOpener {
  readonly #file: FileKeyParts;
  readonly #key: Uint8Array;

  constructor(file: FileKeyParts) {
    this.#file = file;
    this.#key = fileKey(file);
  }

  /**
   * Decrypts one segment (NIST SP 800-38D, section 7.2).
   * @param into the target, at least as long as the segment; do not use its content when this throws
   * @throws ProtocolError 'file'
   */
  open(index: number, sealed: Uint8Array, into?: Uint8Array): Uint8Array {
    if (sealed.length !== segmentLength(this.#file, index) + SEGMENT_OVERHEAD) throw new ProtocolError('file', REFUSED);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(segmentAad(this.#file, index)).setAuthTag(sealed.subarray(-TAG));
    const length = sealed.length - SEGMENT_OVERHEAD;
    const plain = (into ?? Buffer.allocUnsafe(length)).subarray(0, length);
    inSteps(sealed.subarray(NONCE, -TAG), (step, at) => plain.set(decipher.update(step), at));
    try {
      decipher.final();
    } catch {
      throw new ProtocolError('file', REFUSED);
    }
    return plain;
  }
}

/** Small steps make short-lived buffers. The system maps and clears larger ones, at twice the cost of the cipher. */
const STEP = 65_536;

function inSteps(bytes: Uint8Array, take: (step: Uint8Array, at: number) => void): void {
  for (let at = 0; at < bytes.length; at += STEP) take(bytes.subarray(at, at + STEP), at);
}

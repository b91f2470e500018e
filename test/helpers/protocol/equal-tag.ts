import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
/** x^128 + x^7 + x^2 + x + 1, in GCM's bit order (NIST SP 800-38D, section 6.3). */
const REDUCTION = 0xe1n << 120n;

/**
 * Another ciphertext that AES-256-GCM accepts with the same tag, made with the key: the next block cancels in GHASH
 * what the change of one block adds. Changes only the blocks `at` and `at + 1`.
 */
export function withEqualTag(key: Uint8Array, ciphertext: Uint8Array, at: number, change: Uint8Array): Uint8Array {
  const ecb = createCipheriv('aes-256-ecb', key, null);
  const hashKey = number(ecb.update(new Uint8Array(BLOCK)));
  const other = Uint8Array.from(ciphertext);
  const block = (i: number) => other.subarray(i * BLOCK, (i + 1) * BLOCK);
  add(block(at), change);
  add(block(at + 1), bytes(times(number(change), hashKey)));
  return other;
}

function times(a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ REDUCTION : shifted >> 1n;
  }
  return product;
}

const number = (b: Uint8Array) => BigInt(`0x${Buffer.from(b).toString('hex')}`);
const bytes = (n: bigint) => Buffer.from(n.toString(16).padStart(2 * BLOCK, '0'), 'hex');

function add(to: Uint8Array, other: Uint8Array): void {
  for (const [i, byte] of other.entries()) to[i] = (to[i] ?? 0) ^ byte;
}

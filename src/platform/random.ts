/** Random bytes, passed as a value so that tests can choose them. */
import { randomBytes } from 'node:crypto';

/** Returns `size` fresh random bytes. */
export type Random = (size: number) => Uint8Array;

export const systemRandom: Random = (size) => randomBytes(size);

/** Returns a number below 2 ** 32; all are equally likely. */
export function randomU32(random: Random): number {
  return Buffer.from(random(4)).readUInt32BE();
}

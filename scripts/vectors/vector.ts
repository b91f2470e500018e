/** The format of the files in test/vectors. Bytes are hexadecimal; all private keys are in people.json. */
import { concat, hex } from '../../src/protocol/base/bytes.ts';

type Fields = Record<string, unknown>;
/** `verdict` is accepted, or the code of the error; `gives` is the expected content. */
export type Vector = { what: string; verdict: string; given: Fields; gives?: Fields };

/** Copies the bytes and flips the lowest bit of one of them. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
}

/** One accepted vector, and the same vector with `field` damaged in several ways. */
export function withDamage(
  good: Vector,
  field: string,
  bytes: Uint8Array,
  code: string,
  more: [string, Uint8Array][] = [],
): Vector[] {
  const wrong: [string, Uint8Array][] = [
    ['a bit of the first byte flipped', flipped(bytes, 0)],
    ['a bit in the middle flipped', flipped(bytes, bytes.length >> 1)],
    ['a bit of the last byte flipped', flipped(bytes, bytes.length - 1)],
    ['last byte missing', bytes.subarray(0, -1)],
    ['a byte too many', concat(bytes, Uint8Array.of(0))],
    ['nothing', new Uint8Array()],
    ...more,
  ];
  return [good, ...wrong.map(([what, each]) => changed(good, what, { [field]: hex(each) }, code))];
}

/** A vector that is refused: `good` with other inputs. */
export function changed(good: Vector, what: string, given: Fields, code: string): Vector {
  return { what: `${good.what}: ${what}`, verdict: code, given: { ...good.given, ...given } };
}

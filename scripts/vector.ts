/** The format of the files in test/vectors. Bytes are hexadecimal; the keys are in test/fixtures/keys.json. */
import { writeFileSync } from 'node:fs';
import { concat, hex } from '../src/protocol/base/bytes.ts';

type Fields = Record<string, unknown>;
/** `verdict` is accepted, refused, or an error code; `gives` is the expected content. */
export type Vector = { what: string; verdict: string; given: Fields; gives?: Fields };

/** Copies the bytes and flips the lowest bit of one of them. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
}

export function writeVectors(name: string, vectors: Vector[]): void {
  writeFileSync(new URL(`../test/vectors/${name}.json`, import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`);
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
    ['first bit of the version flipped', flipped(bytes, 0)],
    ['a bit in the middle flipped', flipped(bytes, bytes.length >> 1)],
    ['last bit flipped', flipped(bytes, bytes.length - 1)],
    ['last byte missing', bytes.subarray(0, -1)],
    ['a byte too many', concat(bytes, Uint8Array.of(0))],
    ['nothing', new Uint8Array()],
    ...more,
  ];
  return [
    good,
    ...wrong.map(([what, each]) => ({ what, verdict: code, given: { ...good.given, [field]: hex(each) } })),
  ];
}

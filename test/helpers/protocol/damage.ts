import fc from 'fast-check';

/** Arbitrary damage to bytes: a flipped bit, lost bytes at the end, or bytes dropped, doubled or inserted. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat({ max: bytes.length - 1 });
  const splice = (i: number, removed: number, added: Uint8Array) =>
    Uint8Array.from([...bytes.subarray(0, i), ...added, ...bytes.subarray(i + removed)]);
  return fc.oneof(
    fc
      .tuple(at, fc.integer({ min: 1, max: 255 }))
      .map(([i, bits]) => splice(i, 1, Uint8Array.of((bytes[i] ?? 0) ^ bits))),
    at.map((length) => bytes.slice(0, length)),
    at.map((i) => splice(i, 1, new Uint8Array())),
    at.map((i) => splice(i, 0, Uint8Array.of(bytes[i] ?? 0))),
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map((added) => splice(bytes.length, 0, added)),
  );
}

/** A copy with `part` written at `at`. */
export function patched(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(part, at);
  return copy;
}

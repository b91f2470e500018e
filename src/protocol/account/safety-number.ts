import { compare, concat, H } from '../base/bytes.ts';

/**
 * The number that two people compare over another channel: 12 groups of 5 digits, the same for both. Each group is 5
 * bytes of H(safety, smaller idFp, larger idFp, counter) mod 100,000.
 */
export function safetyNumber(a: Uint8Array, b: Uint8Array): string {
  const [first, second] = compare(a, b) <= 0 ? [a, b] : [b, a];
  const stream = concat(...[0, 1].map((counter) => H('safety', first, second, Uint8Array.of(counter))));
  const view = Buffer.from(stream);
  return Array.from({ length: 12 }, (_, i) => String(view.readUIntBE(i * 5, 5) % 100_000).padStart(5, '0')).join(' ');
}

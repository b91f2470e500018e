/** Random numbers below `below`, the same sequence for the same seed (mulberry32). */
export type SeededRandom = (below: number) => number;

export function seeded(seed: number): SeededRandom {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let n = Math.imul(state ^ (state >>> 15), 1 | state);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return Math.floor((((n ^ (n >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

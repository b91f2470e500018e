/** Suggests the nearest known word for a typo (optimal string alignment distance). Pure. */

/** The candidates within one or two edits of `word`, nearest first. */
export function nearestWord<T extends string>(word: string, candidates: readonly T[]): T[] {
  const most = word.length > 4 ? 2 : 1;
  return candidates
    .map((candidate) => ({ candidate, steps: distance(word, candidate) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps)
    .map(({ candidate }) => candidate);
}

/** The number of letters to insert, delete, change, or swap with their neighbour (optimal string alignment distance). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j;
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = steps;
    }
  }
  return at(a.length, b.length);
}

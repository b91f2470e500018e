/** Formats figures for all benches: quantiles, ratios, lines. */

export type Print = (line: string) => void;

/** The quantile of `values` for `part` (0 to 1). */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** `p50/p99` in ms. */
export function spread(ms: readonly number[]): string {
  return `${quantile(ms, 0.5).toFixed(1)}/${quantile(ms, 0.99).toFixed(1)} ms`;
}

export function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)}x`;
}

/** Parses sizes and durations as people write them. */
const POWERS = ['', 'K', 'M', 'G', 'T'];
const DAY_MS = 86_400_000;
const SPANS: { [unit: string]: number } = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS };

/** Parses `500M`, `2GiB` or `1048576`. @returns bytes (1K is 1,024), or null when the text is no size */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:iB|B)?$/i.exec(text.trim());
  if (match === null) return null;
  const size = Math.floor(Number(match[1]) * 1024 ** POWERS.indexOf((match[2] ?? '').toUpperCase()));
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}

/** Parses `12h`, `90d`, `4w` or `1y`. @returns milliseconds, or null when the text is no duration */
export function parseDuration(text: string): number | null {
  const match = /^(\d+) ?([hdwy])$/.exec(text.trim());
  const span = Number(match?.[1]) * (SPANS[match?.[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(span) && span > 0 ? span : null;
}

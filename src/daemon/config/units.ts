/** Sizes and times as people write them. */
const POWERS = ['', 'K', 'M', 'G', 'T'];
const DAY_MS = 86_400_000;
const SPANS: { [unit: string]: number } = { h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS, y: 365 * DAY_MS };

/** `500M`, `2GiB`, `1048576`: bytes, in powers of 1,024. null when it is not a size. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:iB|B)?$/i.exec(text.trim());
  if (match === null) return null;
  const size = Math.floor(Number(match[1]) * 1024 ** POWERS.indexOf((match[2] ?? '').toUpperCase()));
  return Number.isSafeInteger(size) && size > 0 ? size : null;
}

/** `12h`, `90d`, `4w`, `1y`: milliseconds. null when it is not a span of time. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+) ?([hdwy])$/.exec(text.trim());
  const span = Number(match?.[1]) * (SPANS[match?.[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(span) && span > 0 ? span : null;
}

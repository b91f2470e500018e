/**
 * The width of grapheme clusters. Terminals disagree on a few kinds only: one sample of each is measured at the start
 * (terminal-survey.ts), and its result applies to the kind.
 */

/** One measured sample of each kind. */
export const samples = {
  /** Emoji: a terminal that knows none draws one cell. */
  emoji: '🙂',
  /** Emoji of Unicode 15 and later. */
  recent: '\u{1faea}',
  /** A character that is an emoji by its variation selector. */
  variation: '\u2764\ufe0f',
  toned: '👍🏽',
  joined: '👨‍👩‍👧',
  flag: '🇫🇷',
} as const;

export type Kind = keyof typeof samples;
export const kinds = Object.keys(samples) as Kind[];

/** Cells of each sample. A terminal that joins clusters and knows them draws each in 2. */
export type Widths = Readonly<Record<Kind, number>>;

const usual: Widths = { emoji: 2, recent: 2, variation: 2, toned: 2, joined: 2, flag: 2 };
/** The most that a terminal takes: each part on its own, with a cell for each joiner. */
const most: Widths = { emoji: 2, recent: 2, variation: 2, toned: 4, joined: 8, flag: 4 };

/** The plausible part of the measured widths; defaults for the rest. */
export function plausibleWidths(measured: Partial<Record<Kind, number>>): Widths {
  const isSane = (kind: Kind) => {
    const cells = measured[kind];
    return cells !== undefined && Number.isInteger(cells) && cells >= 1 && cells <= most[kind];
  };
  return Object.fromEntries(kinds.map((kind) => [kind, isSane(kind) ? measured[kind] : usual[kind]])) as Widths;
}

let learned: Widths | null = null;
let generation = 0;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters that occur in one of the kinds. */
const mayDiffer = /[\p{Extended_Pictographic}\p{RI}]|\ufe0f|\u20e3/u;
const flag = /^\p{RI}{2}$/u;
const tone = /\p{Emoji_Modifier}/u;
const newer =
  /^[\u{1f6d8}\u{1f6dc}\u{1fa75}-\u{1fa77}\u{1fa87}-\u{1fa8f}\u{1faad}-\u{1faaf}\u{1fabb}-\u{1fabf}\u{1fac6}-\u{1facd}\u{1face}-\u{1facf}\u{1fada}-\u{1fadf}\u{1fae8}-\u{1faef}\u{1faf7}-\u{1faff}]/u;

/** Sets the widths for all later counts. */
export function setWidths(widths: Widths): void {
  learned = kinds.every((kind) => widths[kind] === usual[kind]) ? null : widths;
  generation++;
}

/** A number that changes with each call of `learn`. */
export function widthsVersion(): number {
  return generation;
}

/** Cells of a text without escapes. `plain` counts a text that has none of the kinds. */
export function cellsOf(text: string, plain: (text: string) => number): number {
  if (learned === null || !mayDiffer.test(text)) return plain(text);
  let cells = 0;
  for (const { segment } of segmenter.segment(text)) cells += clusterCells(segment, learned, plain);
  return cells;
}

function clusterCells(cluster: string, widths: Widths, plain: (text: string) => number): number {
  if (!mayDiffer.test(cluster)) return plain(cluster);
  const parts = cluster.split('\u200d').filter((part) => part !== '');
  if (parts.length > 1) {
    if (widths.joined <= 2) return widths.joined;
    const joiner = Math.max(0, Math.round((widths.joined - 3 * widths.emoji) / 2));
    return parts.reduce((sum, part) => sum + clusterCells(part, widths, plain), joiner * (parts.length - 1));
  }
  if (flag.test(cluster)) return widths.flag;
  const [base = ''] = cluster;
  const alone = newer.test(cluster) ? widths.recent : plain(base) === 2 ? widths.emoji : plain(base);
  if (tone.test(cluster) && !tone.test(base)) return alone + Math.max(0, widths.toned - widths.emoji);
  if (/\ufe0f|\u20e3/.test(cluster) && alone === 1) return plain(base) === 2 ? alone : widths.variation;
  return alone;
}

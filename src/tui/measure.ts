/** How text takes up cells: whole graphemes, wide ones two cells, as Ink counts them (string-width). Texts are printable() already. */
import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;

export function graphemes(text: string): string[] {
  return ASCII.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Cells. */
export function width(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** `text` in exactly `columns` cells: cut with an ellipsis or padded with spaces. */
export function fill(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, columns);
  const space = ' '.repeat(Math.max(0, columns - width(short)));
  return align === 'left' ? short + space : space + short;
}

/** `text` in at most `columns` cells. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns <= 1) return columns === 1 ? '…' : '';
  let out = '';
  let used = 0;
  for (const part of graphemes(text)) {
    used += width(part);
    if (used > columns - 1) break;
    out += part;
  }
  return `${out}…`;
}

/** The end of `text` in at most `columns` cells, for a field whose cursor is at its end. */
export function tail(text: string, columns: number): string {
  const parts = graphemes(text);
  let used = 0;
  let from = parts.length;
  while (from > 0 && used + width(parts[from - 1] as string) <= columns) used += width(parts[--from] as string);
  return parts.slice(from).join('');
}

export type Line = { start: number; end: number };

/**
 * Breaks at newlines, then at spaces, else between graphemes. The lines' ranges (UTF-16 units of `text`) leave out nothing but
 * the newlines. A line never takes more than `columns` cells, except one grapheme wider than that.
 */
export function wrap(text: string, columns: number): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const logical of text.split('\n')) {
    if (ASCII.test(logical) && logical.length <= columns) lines.push({ start, end: start + logical.length });
    else wrapLine(logical, start, Math.max(1, columns), lines);
    start += logical.length + 1;
  }
  return lines;
}

function wrapLine(text: string, offset: number, columns: number, lines: Line[]): void {
  let start = 0;
  let used = 0;
  let at = 0;
  /** After the last space or wide grapheme, and the cells up to there. */
  let chance = 0;
  let chanceUsed = 0;
  for (const part of graphemes(text)) {
    const cells = width(part);
    // A space may hang over the edge: it is not seen there. What follows the break may be too wide still for a wide grapheme.
    while (used + cells > columns && at > start && part !== ' ') {
      const end = chance > start ? chance : at;
      lines.push({ start: offset + start, end: offset + end });
      used -= chance > start ? chanceUsed : used;
      start = end;
      chance = start;
      chanceUsed = 0;
    }
    at += part.length;
    used += cells;
    if (part === ' ' || cells === 2) {
      chance = at;
      chanceUsed = used;
    }
  }
  lines.push({ start: offset + start, end: offset + at });
}

/** How text takes up cells: whole graphemes, wide ones two cells, as Ink counts them (string-width). Texts are printable() already, but for drafts. */
import { printable } from '../../protocol/base/text.ts';
import stringWidth from './string-width.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;

function graphemes(text: string): string[] {
  return ASCII.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** UTF-16 units of the grapheme that `at` lies in, and where it begins. Only what is near is looked at. */
export function graphemeAt(text: string, at: number): { start: number; size: number } {
  const found = segmenter.segment(text).containing(at);
  return { start: found?.index ?? at, size: found?.segment.length ?? 0 };
}

/**
 * What a field shows of a grapheme that stands in it as it was typed: what printable() would make of it, so that no tab and no
 * invisible character moves a column. A printable one is itself.
 */
export function drawn(text: string): string {
  return ASCII.test(text) ? text : graphemes(text).map(drawnGrapheme).join('');
}

function drawnGrapheme(grapheme: string): string {
  if (grapheme === '\u200b') return '';
  const [, letter = '', joiners = ''] = /^(.*?)([\u200c\u200d]*)$/su.exec(grapheme) ?? [];
  // What a joiner stands between is in two graphemes: after a letter it does no harm.
  return printable(letter) + (/[\p{L}\p{M}]$/u.test(letter) ? joiners : '\ufffd'.repeat(joiners.length));
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

/** Cells of the end that `bothEnds` shows. */
const END = 8;

/** `text` in at most `columns` cells: what is too long is cut in the middle, so that it can be told by its beginning. */
export function bothEnds(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  return columns <= 2 * END ? tail(text, columns) : cut(text, columns - END) + tail(text, END);
}

export type Line = { start: number; end: number };

/**
 * Breaks at newlines, then at spaces, else between graphemes. The lines' ranges (UTF-16 units of `text`) leave out nothing but
 * the newlines. A line never takes more than `columns` cells, except one grapheme wider than that.
 */
export function wrap(text: string, columns: number): Line[] {
  return [...linesFrom(text, 0, columns)];
}

/** The lines of `wrap` from `start` on, which is where one of them begins. */
export function* linesFrom(text: string, start: number, columns: number): Generator<Line> {
  for (let at = start; at <= text.length; at++) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    for (;;) {
      const end = lineEnd(text, at, stop, Math.max(1, columns));
      yield { start: at, end };
      at = end;
      if (end === stop) break;
    }
  }
}

/** Where the line that begins at `start` ends, `stop` at the latest. No more of the text is looked at than decides it. */
function lineEnd(text: string, start: number, stop: number, columns: number): number {
  for (let room = columns + 32; ; room *= 2) {
    const part = text.slice(start, Math.min(stop, start + room));
    const whole = start + part.length === stop;
    if (whole && part.length <= columns && ASCII.test(part)) return stop;
    const end = overflow(part, columns, whole);
    if (end !== null) return start + end;
    if (whole) return stop;
  }
}

/** Where `text` is to be broken because it is wider than `columns`; null: it is not, or that cannot be told when it goes on. */
function overflow(text: string, columns: number, whole: boolean): number | null {
  const parts = graphemes(text);
  let used = 0;
  let at = 0;
  /** After the last space or wide grapheme. */
  let chance = 0;
  for (const [index, part] of parts.entries()) {
    // The rest of the last grapheme may be missing.
    if (!whole && index === parts.length - 1) return null;
    const cells = width(drawn(part));
    // A space may hang over the edge: it is not seen there.
    if (used + cells > columns && at > 0 && part !== ' ') return chance > 0 ? chance : at;
    at += part.length;
    used += cells;
    if (part === ' ' || cells === 2) chance = at;
  }
  return null;
}

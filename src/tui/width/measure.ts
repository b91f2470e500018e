/**
 * Folder `width`: how wide a text is in this terminal; it knows no state. Measures, cuts and wraps text in cells: whole
 * graphemes, wide ones two cells, as Ink counts them (string-width). Texts are printable() already, except drafts.
 */
import { printable } from '../../protocol/base/safe-text.ts';
import stringWidth from './string-width.ts';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;

function graphemes(text: string): string[] {
  return ASCII.test(text) ? text.split('') : Array.from(segmenter.segment(text), (part) => part.segment);
}

/** The start and size, in UTF-16 units, of the grapheme at `at`. Looks only at text near it. */
export function graphemeAt(text: string, at: number): { start: number; size: number } {
  const found = segmenter.segment(text).containing(at);
  return { start: found?.index ?? at, size: found?.segment.length ?? 0 };
}

/** A typed text as a field draws it: as printable() would make it, so that no tab and no invisible character moves a column. */
export function drawn(text: string): string {
  return ASCII.test(text) ? text : graphemes(text).map(drawnGrapheme).join('');
}

function drawnGrapheme(grapheme: string): string {
  if (grapheme === '\u200b') return '';
  const [, letter = '', joiners = ''] = /^(.*?)([\u200c\u200d]*)$/su.exec(grapheme) ?? [];
  // A joiner that joins nothing is harmless after a letter.
  return printable(letter) + (/[\p{L}\p{M}]$/u.test(letter) ? joiners : '\ufffd'.repeat(joiners.length));
}

/** The width of `text` in cells. */
export function width(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** Cuts `text` with an ellipsis, or pads it with spaces, to exactly `columns` cells. */
export function fill(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, columns);
  const space = ' '.repeat(Math.max(0, columns - width(short)));
  return align === 'left' ? short + space : space + short;
}

/** Cuts `text` with an ellipsis to at most `columns` cells. */
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

/** The end of `text` in at most `columns` cells, for a field with the cursor at its end. */
export function tail(text: string, columns: number): string {
  const parts = graphemes(text);
  let used = 0;
  let from = parts.length;
  while (from > 0 && used + width(parts[from - 1] as string) <= columns) used += width(parts[--from] as string);
  return parts.slice(from).join('');
}

/** How many cells of the end `bothEnds` shows. */
const END = 8;

/** Cuts `text` in the middle to at most `columns` cells, so that its beginning stays visible. */
export function bothEnds(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  return columns <= 2 * END ? tail(text, columns) : cut(text, columns - END) + tail(text, END);
}

export type Line = { start: number; end: number };

/**
 * Wraps `text` at newlines, then at spaces, else between graphemes. Returns ranges in UTF-16 units that leave out only the
 * newlines. No line is wider than `columns`, except a single grapheme that is wider.
 */
export function wrap(text: string, columns: number): Line[] {
  return [...linesFrom(text, 0, columns)];
}

/** The lines of `wrap` from `start` on, where one of them starts. */
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

/** The end of the line that starts at `start`, `stop` at the latest. Looks at no more text than needed. */
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

/** Where to break `text` because it is wider than `columns`; null when it is not, or when that depends on what follows. */
function overflow(text: string, columns: number, whole: boolean): number | null {
  const parts = graphemes(text);
  let used = 0;
  let at = 0;
  /** The position after the last space or wide grapheme. */
  let chance = 0;
  for (const [index, part] of parts.entries()) {
    // The rest of the last grapheme may be missing.
    if (!whole && index === parts.length - 1) return null;
    const cells = width(drawn(part));
    // A space may hang over the edge, where it is invisible.
    if (used + cells > columns && at > 0 && part !== ' ') return chance > 0 ? chance : at;
    at += part.length;
    used += cells;
    if (part === ' ' || cells === 2) chance = at;
  }
  return null;
}

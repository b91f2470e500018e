/** Marks in the text of a message: links, and the reader's name. */

import type { Role } from '../state/theme.ts';
import { nameRanges } from '../text/mentions.ts';
import { linkRanges } from '../text/text-links.ts';
import type { Line } from '../width/measure.ts';

/** A piece of a row, drawn in one style. */
export type Span = { text: string; role: Role };

type Mark = Line & { role: Role };

/** The marks in the order of the text, without overlaps. */
export function marksIn(text: string, me: string): Mark[] {
  const links = linkRanges(text).map((range): Mark => ({ ...range, role: 'link' }));
  const names = nameRanges(text, me)
    .filter((name) => !links.some((link) => name.start < link.end && link.start < name.end))
    .map((range): Mark => ({ ...range, role: 'unread' }));
  return [...links, ...names].sort((a, b) => a.start - b.start);
}

/** Adds every occurrence of `words`, inverse, over the other marks. */
export function withFound(text: string, marks: readonly Mark[], words: string): readonly Mark[] {
  const wanted = words.split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return marks;
  // Of two words with the same start the longer one is marked.
  const escaped = wanted
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .sort((a, b) => b.length - a.length);
  const pattern = new RegExp(escaped.join('|'), 'giu');
  const found = [...text.matchAll(pattern)].map(
    (match): Mark => ({ start: match.index, end: match.index + match[0].length, role: 'selected' }),
  );
  const others = marks.filter((mark) => !found.some((one) => mark.start < one.end && one.start < mark.end));
  return [...found, ...others].sort((a, b) => a.start - b.start);
}

/** One line of `text` in spans of `role`, except where it is marked. */
export function markedLine(text: string, { start, end }: Line, role: Role, marks: readonly Mark[]): Span[] {
  const spans: Span[] = [];
  let at = start;
  for (const mark of marks) {
    const from = Math.max(mark.start, at);
    const to = Math.min(mark.end, end);
    if (to <= from) continue;
    if (from > at) spans.push({ text: text.slice(at, from), role });
    spans.push({ text: text.slice(from, to), role: mark.role });
    at = to;
  }
  if (at < end || spans.length === 0) spans.push({ text: text.slice(at, end), role });
  return spans;
}

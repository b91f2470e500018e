/** Wraps the draft to the composer's width. A draft may be as long as MAX_DRAFT, and is wrapped several times after every key. */
import { type Line, linesFrom, wrap } from '../width/measure.ts';

type Wrapped = { text: string; columns: number; lines: readonly Line[] };

let last: Wrapped = { text: '', columns: 0, lines: [] };

/** The result of `wrap`, computed from the last one: only lines that a change may have moved are wrapped again. */
export function draftLines(text: string, columns: number): readonly Line[] {
  if (last.text !== text || last.columns !== columns)
    last = { text, columns, lines: last.columns === columns ? rewrapped(last, text) : wrap(text, columns) };
  return last.lines;
}

function rewrapped({ text: old, columns, lines: before }: Wrapped, text: string): Line[] {
  const most = Math.min(old.length, text.length);
  let head = 0;
  while (head < most && old.charCodeAt(head) === text.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail))
    tail++;
  const shift = text.length - old.length;
  // The end of a line depends on what follows it: on the next line, or on a wide letter that did not fit.
  const kept = Math.max(0, before.findLastIndex(({ start }) => start <= head) - 2);
  const lines = before.slice(0, kept);
  let at = kept;
  for (const line of linesFrom(text, before[kept]?.start ?? 0, columns)) {
    while (at < before.length && (before[at] as Line).start + shift < line.start) at++;
    // From the same position in the same text on, the lines are the same.
    if (line.start >= text.length - tail && (before[at]?.start ?? -1) + shift === line.start)
      return [...lines, ...before.slice(at).map(({ start, end }) => ({ start: start + shift, end: end + shift }))];
    lines.push(line);
  }
  return lines;
}

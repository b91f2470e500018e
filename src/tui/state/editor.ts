/** A text field as two strings around the cursor. Every change is by whole graphemes; pure. */
import { draftLines } from '../text/draft-lines.ts';
import { graphemeAt } from '../width/measure.ts';

export type Editor = { readonly before: string; readonly after: string };

export const emptyEditor: Editor = { before: '', after: '' };

export function editorWith(text: string): Editor {
  return { before: text, after: '' };
}

export function textOf(editor: Editor): string {
  return editor.before + editor.after;
}

export function insert(editor: Editor, text: string): Editor {
  return { before: editor.before + text, after: editor.after };
}

/** The edits that a key can make; the key table uses their names. */
export const edits = {
  'delete-left': ({ before, after }) => ({ before: before.slice(0, -lastSize(before) || 0), after: after }),
  'delete-right': ({ before, after }) => ({ before, after: after.slice(firstSize(after)) }),
  left: ({ before, after }) => split(before + after, before.length - lastSize(before)),
  right: ({ before, after }) => split(before + after, before.length + firstSize(after)),
  'word-left': ({ before, after }) => split(before + after, wordStart(before)),
  'word-right': ({ before, after }) => split(before + after, before.length + wordEnd(after)),
  'line-start': ({ before, after }) => split(before + after, before.lastIndexOf('\n') + 1),
  'line-end': ({ before, after }) => split(before + after, before.length + lineRest(after)),
  'delete-word': ({ before, after }) => ({ before: before.slice(0, wordStart(before)), after }),
  'delete-word-right': ({ before, after }) => ({ before, after: after.slice(wordEnd(after)) }),
  'delete-to-start': ({ before, after }) => ({ before: before.slice(0, before.lastIndexOf('\n') + 1), after }),
  'delete-to-end': ({ before, after }) => ({ before, after: after.slice(lineRest(after)) }),
  clear: (_editor: Editor) => emptyEditor,
  'new-line': (editor) => insert(editor, '\n'),
} as const satisfies Record<string, (editor: Editor) => Editor>;

export type EditName = keyof typeof edits;

/** Text that edits deleted, and the field as they left it. The next deletion adds to it while nothing else changed the field. */
export type Killed = { readonly text: string; readonly left: Editor };

const killing: readonly EditName[] = [
  'delete-word',
  'delete-word-right',
  'delete-to-start',
  'delete-to-end',
  'clear',
] satisfies EditName[];

/** The text that Ctrl+Y puts back after `edit` turned `from` into `to`: readline's kill ring with one place. */
export function killedBy(edit: EditName, from: Editor, to: Editor, last: Killed | null): Killed | null {
  if (!killing.includes(edit)) return last;
  const before = from.before.slice(to.before.length);
  const after = from.after.slice(0, from.after.length - to.after.length);
  const earlier = last?.left === from ? last.text : '';
  return { text: before + earlier + after, left: to };
}

/** Moves the cursor one drawn line up or down; null on the first or last one. `columns` is the width of the field, in cells. */
export function moveLine(editor: Editor, by: -1 | 1, columns: number): Editor | null {
  const text = textOf(editor);
  const lines = draftLines(text, columns);
  const at = cursorLine(editor, columns);
  const line = lines[at];
  const next = lines[at + by];
  if (!line || !next) return null;
  return split(text, Math.min(next.end, next.start + (editor.before.length - line.start)));
}

/** The index of the drawn line that holds the cursor. */
export function cursorLine(editor: Editor, columns: number): number {
  const lines = draftLines(textOf(editor), columns);
  return Math.max(
    0,
    lines.findLastIndex((line) => line.start <= editor.before.length),
  );
}

function split(text: string, at: number): Editor {
  const { start, size } = graphemeAt(text, at);
  // A position inside a grapheme moves to its end.
  const end = at <= start ? Math.max(0, at) : start + size;
  return { before: text.slice(0, end), after: text.slice(end) };
}

function lastSize(text: string): number {
  return graphemeAt(text, text.length - 1).size;
}

function firstSize(text: string): number {
  return graphemeAt(text, 0).size;
}

function wordStart(text: string): number {
  return wordAt(text.trimEnd());
}

/** The index where the last word of `text` begins; the length of `text` when it ends with a space. */
export function wordAt(text: string): number {
  let at = text.length;
  while (at > 0 && !/\s/.test(text.charAt(at - 1))) at--;
  return at;
}

function wordEnd(text: string): number {
  return /^\s*[^\s]*/u.exec(text)?.[0].length ?? 0;
}

function lineRest(text: string): number {
  const end = text.indexOf('\n');
  return end < 0 ? text.length : end;
}

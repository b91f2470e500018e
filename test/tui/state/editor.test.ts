import test from 'ava';
import * as fc from 'fast-check';
import {
  type EditName,
  type Editor,
  edits,
  insert,
  type Killed,
  killedBy,
  moveLine,
  textOf,
} from '../../../src/tui/state/editor.ts';

/** An editor from text such as `ab|cd`, where the bar is the cursor. */
const at = (text: string): Editor => {
  const [before = '', after = ''] = text.split('|');
  return { before, after };
};
const show = (editor: Editor | null) => editor && `${editor.before}|${editor.after}`;

const table: [EditName, string, string][] = [
  ['delete-left', 'ab|c', 'a|c'],
  ['delete-left', '|c', '|c'],
  ['delete-left', 'a👩‍👩‍👧|', 'a|'],
  ['delete-left', 'a\n|b', 'a|b'],
  ['delete-left', 'e\u0301|', '|'],
  ['delete-right', 'a|🙂b', 'a|b'],
  ['left', 'a🙂|', 'a|🙂'],
  ['right', '|🙂b', '🙂|b'],
  ['word-left', 'one two  |', 'one |two  '],
  ['word-right', '|one two', 'one| two'],
  ['line-start', 'a\nbc|d', 'a\n|bcd'],
  ['line-end', 'a|b\nc', 'ab|\nc'],
  ['delete-word', 'one two|x', 'one |x'],
  ['delete-word-right', 'one| two', 'one|'],
  ['delete-to-start', 'a\nbc|d', 'a\n|d'],
  ['delete-to-end', 'a|bc\nd', 'a|\nd'],
  ['clear', 'a|b', '|'],
  ['new-line', 'a|b', 'a\n|b'],
];
for (const [name, from, to] of table)
  test(`${name}: ${JSON.stringify(from)}`, (t) => t.is(show(edits[name](at(from))), to));

/** Carries out the edits in turn. @returns what Ctrl+Y would insert */
function kill(from: string, ...names: EditName[]): string | undefined {
  let editor = at(from);
  let killed: Killed | null = null;
  for (const name of names) {
    const left = edits[name](editor);
    killed = killedBy(name, editor, left, killed);
    editor = left;
  }
  return killed?.text;
}

test('text deleted by word or line is kept, and deletions in a row are kept as one', (t) => {
  t.is(kill('one two three|', 'delete-word'), 'three');
  t.is(kill('one two three|', 'delete-word', 'delete-word'), 'two three');
  t.is(kill('one| two three', 'delete-word-right', 'delete-word-right', 'delete-word'), 'one two three');
  t.is(kill('one\ntwo| three', 'delete-to-start', 'delete-to-end'), 'two three');
  t.is(kill('one\ntwo| three', 'clear'), 'one\ntwo three');
  t.is(kill('one two three|', 'delete-word', 'left', 'delete-word'), 'two');
  t.is(kill('one two|', 'delete-word', 'delete-left', 'left'), 'two');
  t.is(kill('one|', 'delete-left'), undefined);
});

test('property: what was deleted in a row, inserted again, gives the earlier text', (t) => {
  const unit = fc.constantFrom('a', ' ', '\n', '🙂', '漢');
  const name = fc.constantFrom<EditName>(
    'delete-word',
    'delete-word-right',
    'delete-to-start',
    'delete-to-end',
    'clear',
  );
  fc.assert(
    fc.property(fc.string({ unit }), fc.string({ unit }), fc.array(name, { minLength: 1 }), (before, after, names) => {
      const start: Editor = { before, after };
      let [editor, killed]: [Editor, Killed | null] = [start, null];
      for (const each of names) {
        const left = edits[each](editor);
        killed = killedBy(each, editor, left, killed);
        editor = left;
      }
      t.is(textOf(insert(editor, killed?.text ?? '')), before + after);
    }),
  );
});

test('up and down follow the wrapped lines', (t) => {
  t.is(show(moveLine(at('abcdefgh|ij'), -1, 5)), 'abc|defghij');
  t.is(show(moveLine(at('abc|\nd'), 1, 5)), 'abc\nd|');
  t.is(moveLine(at('abc|'), -1, 5), null);
  t.is(moveLine(at('abc|'), 1, 5), null);
});

test('property: no edit splits a character or adds text', (t) => {
  const names = Object.keys(edits) as EditName[];
  const unit = fc.constantFrom('a', ' ', '\n', '🙂', '👩‍👩‍👧', '漢', 'e\u0301');
  fc.assert(
    fc.property(fc.string({ unit }), fc.array(fc.oneof(fc.constantFrom(...names), unit)), (text, steps) => {
      let editor = at(text);
      for (const step of steps) {
        editor = step in edits ? edits[step as EditName](editor) : insert(editor, step);
        t.true(editor.before.isWellFormed() && editor.after.isWellFormed());
        t.is(textOf(editor).replaceAll(/a| |\n|🙂|👩‍👩‍👧|漢|e\u0301/gu, ''), '');
      }
    }),
  );
});

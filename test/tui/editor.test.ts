import test from 'ava';
import * as fc from 'fast-check';
import { type EditName, type Editor, edits, insert, moveLine, textOf } from '../../src/tui/editor.ts';

/** `ab|cd`: the bar is the cursor. */
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
  ['new-line', 'a|b', 'a\n|b'],
];
for (const [name, from, to] of table)
  test(`${name}: ${JSON.stringify(from)}`, (t) => t.is(show(edits[name](at(from))), to));

test('up and down follow the drawn lines', (t) => {
  t.is(show(moveLine(at('abcdefgh|ij'), -1, 5)), 'abc|defghij');
  t.is(show(moveLine(at('abc|\nd'), 1, 5)), 'abc\nd|');
  t.is(moveLine(at('abc|'), -1, 5), null);
  t.is(moveLine(at('abc|'), 1, 5), null);
});

test('property: no edit leaves half a character or invents text', (t) => {
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

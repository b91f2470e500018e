import test from 'ava';
import * as fc from 'fast-check';
import { edits } from '../../../src/tui/state/editor.ts';
import { draftLines } from '../../../src/tui/text/draft-lines.ts';
import { wrap } from '../../../src/tui/width/measure.ts';

const letters = fc.constantFrom(
  'a',
  'b',
  ' ',
  '\n',
  '漢',
  '🙂',
  '👩‍👩‍👧',
  '🇩🇪',
  '🇩',
  'e\u0301',
  'й',
  '\u200d',
  'word ',
);
const text = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''));

test('property: a draft changed anywhere is wrapped like a new one', (t) => {
  const change = fc.record({ from: fc.nat(120), size: fc.nat(20), fresh: text });
  fc.assert(
    fc.property(
      text,
      fc.array(change, { maxLength: 8 }),
      fc.integer({ min: 1, max: 12 }),
      (begun, changes, columns) => {
        let draft = begun;
        t.deepEqual(draftLines(draft, columns), wrap(draft, columns));
        for (const { from, size, fresh } of changes) {
          draft = draft.slice(0, from) + fresh + draft.slice(from + size);
          t.deepEqual(draftLines(draft, columns), wrap(draft, columns));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a key in a draft of 64 KiB costs no more than the lines around it', (t) => {
  for (const part of ['слово и дело ', '漢字', 'a', 'a line of its own\n']) {
    const long = part.repeat(65_536 / Buffer.byteLength(part));
    const lines = draftLines(long, 80);
    const before = draftLines(`${long}x`, 80);
    // The same objects: they were not made again.
    t.true(lines.slice(0, -4).every((line, index) => line === before[index]));
    t.is(edits.left({ before: long, after: '' }).before.length, long.length - 1);
  }
});

test('deleting a word before one very long word is not slow', (t) => {
  const word = 'a'.repeat(65_000);
  t.is(edits['delete-word']({ before: `${word} x`, after: '' }).before, `${word} `);
});

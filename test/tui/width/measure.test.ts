import test from 'ava';
import * as fc from 'fast-check';
import { cut, fill, tail, width, wrap } from '../../../src/tui/width/measure.ts';

const lines = (text: string, columns: number) => wrap(text, columns).map(({ start, end }) => text.slice(start, end));

test('text breaks at spaces, and elsewhere if a word is too long', (t) => {
  t.deepEqual(lines('the quick brown fox', 10), ['the quick ', 'brown fox']);
  t.deepEqual(lines('abcdefghij klm', 5), ['abcde', 'fghij ', 'klm']);
  t.deepEqual(lines('a\n\nb', 5), ['a', '', 'b']);
  t.deepEqual(lines('', 5), ['']);
});

test('wide characters break between each other', (t) => {
  t.deepEqual(lines('漢字漢字漢', 5), ['漢字', '漢字', '漢']);
  t.deepEqual(lines('ab漢字cd', 4), ['ab漢', '字cd']);
});

test('fill() pads and cuts by cells', (t) => {
  t.is(fill('abc', 5), 'abc  ');
  t.is(fill('abc', 5, 'right'), '  abc');
  t.is(fill('漢字漢字', 5), '漢字…');
  t.is(fill('漢字漢字', 6), '漢字… ');
  t.is(cut('abcdef', 3), 'ab…');
  t.is(tail('ab漢字', 3), '字');
});

test('a wide grapheme after a wrapped word has a line of its own', (t) => {
  const text = ' ab漢';
  t.deepEqual(
    wrap(text, 3).map(({ start, end }) => text.slice(start, end)),
    [' ', 'ab', '漢'],
  );
});

test('a regional flag takes the cells of a flag', (t) => {
  const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}';
  t.is(width(`a${england}b`), 4);
  t.deepEqual(lines(`ab${england}${england}`, 5), [`ab${england}`, england]);
  t.is(cut(`${england}${england}`, 3), `${england}…`);
});

const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '漢', '🙂', '👩‍👩‍👧', 'e\u0301') });

test('property: wrapping loses nothing and keeps to the width', (t) => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 30 }), (text, columns) => {
      const wrapped = wrap(text, columns);
      let at = 0;
      for (const { start, end } of wrapped) {
        t.true(start === at || (start === at + 1 && text[at] === '\n'));
        t.true(width(text.slice(start, end).trimEnd()) <= columns);
        at = end;
      }
      t.is(at, text.length);
    }),
  );
});

test('property: fill() takes exactly the given cells', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '漢', '🙂', '👩‍👩‍👧') }), fc.nat(40), (text, columns) => {
      t.is(width(fill(text, columns)), columns);
    }),
  );
});

/** The bundle's replacements of two libraries answer as the libraries do, at first and from the cache. */
import * as real from '@alcalzone/ansi-tokenize';
import test from 'ava';
import fc from 'fast-check';
import stringWidth from 'string-width';
import * as ours from '../../../src/tui/width/ansi-tokenize.ts';
import width from '../../../src/tui/width/string-width.ts';
import { memoize } from '../../../src/tui/width/width-cache.ts';

const piece = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('\x1b[31m', '\x1b[39m', '\x1b[1;38;2;1;2;3m', '\x1b[22m', '漢字', '👩‍👩‍👧', '\n', '\x1b]8;;x\x07'),
);
const texts = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

test('widths are those of string-width', (t) => {
  fc.assert(
    fc.property(texts, fc.boolean(), (text, wide) => {
      for (let i = 0; i < 2; i++) if (width(text) !== stringWidth(text)) return false;
      const options = { ambiguousIsNarrow: wide };
      return width(text, options) === stringWidth(text, options);
    }),
  );
  t.pass();
});

test('tokens and styled characters are those of ansi-tokenize', (t) => {
  fc.assert(
    fc.property(texts, fc.nat(20), (text, end) => {
      const tokens = real.tokenize(text);
      for (let i = 0; i < 2; i++) {
        t.deepEqual(ours.tokenize(text), tokens);
        t.deepEqual(ours.styledCharsFromTokens(ours.tokenize(text)), real.styledCharsFromTokens(tokens));
      }
      t.deepEqual(ours.tokenize(text, end), real.tokenize(text, end));
      t.is(
        ours.styledCharsToString(ours.styledCharsFromTokens(ours.tokenize(text))),
        real.styledCharsToString(real.styledCharsFromTokens(tokens)),
      );
    }),
  );
});

test('a repeated width is computed once, and one not used for long is dropped', (t) => {
  let asked = 0;
  const length = memoize((text: string) => {
    asked++;
    return text.length;
  });
  t.is(length('four') + length('four'), 8);
  t.is(asked, 1);
  for (let i = 0; i < 20_000; i++) length(`other ${i}`);
  const before = asked;
  t.is(length('four'), 4);
  t.is(asked, before + 1);
});

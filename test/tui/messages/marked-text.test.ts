import test from 'ava';
import fc from 'fast-check';
import { markedLine, marksIn, withFound } from '../../../src/tui/messages/marked-text.ts';
import { wrap } from '../../../src/tui/width/measure.ts';

/** Each span as `role:text`, plain ones without a role. */
function marked(text: string, columns = 200): string[][] {
  const marks = marksIn(text, 'bob.k');
  return wrap(text, columns).map((line) =>
    markedLine(text, line, 'plain', marks).map((span) =>
      span.role === 'plain' ? span.text : `${span.role}:${span.text}`,
    ),
  );
}

test('addresses and my own name are highlighted', (t) => {
  t.deepEqual(marked('see https://example.org/a, @bob.k!'), [
    ['see ', 'link:https://example.org/a', ', ', 'unread:@bob.k', '!'],
  ]);
  t.deepEqual(marked('@Bob.k'), [['unread:@Bob.k']]);
  t.deepEqual(marked('@bobxk and @bob.kk'), [['@bobxk and @bob.kk']]);
  t.deepEqual(marked('nothing. here'), [['nothing. here']]);
  t.deepEqual(marked(''), [['']]);
});

test('an address that wraps is highlighted in both rows', (t) => {
  t.deepEqual(marked('see https://example.org/abcdef there', 16), [
    ['see '],
    ['link:https://example.'],
    ['link:org/abcdef', ' there'],
  ]);
});

test('a name inside an address is part of the address', (t) => {
  t.deepEqual(marked('https://example.org/@bob.k/x'), [['link:https://example.org/@bob.k/x']]);
});

test('a search term is highlighted everywhere, whatever its punctuation and case', (t) => {
  const found = (text: string, words: string) =>
    withFound(text, marksIn(text, 'bob.k'), words)
      .filter(({ role }) => role === 'selected')
      .map(({ start, end }) => text.slice(start, end));
  t.deepEqual(found('a Well-known thing, well-known', 'well-known'), ['Well-known', 'well-known']);
  t.deepEqual(found('needle in hay, no needle', 'hay needle'), ['needle', 'hay', 'needle']);
  t.deepEqual(found('(a+b)^2 = [x|y]', '[x|y]'), ['[x|y]']);
  const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => text.trim() !== '');
  fc.assert(
    fc.property(ascii, ascii, ascii, (before, words, after) => {
      t.true(found(`${before}${words}${after}`, words).length > 0);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, words) => {
      for (const one of found(text, words)) t.is(one.length > 0, true);
    }),
  );
});

test('property: highlighting changes no text', (t) => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('https://a.org/', '@bob.k', 'x@y.org', ' ', '\n', '漢字', 'www.b.com'),
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((all) => all.join('')),
      fc.integer({ min: 1, max: 40 }),
      (text, columns) => {
        const marks = marksIn(text, 'bob.k');
        for (const line of wrap(text, columns)) {
          const spans = markedLine(text, line, 'plain', marks);
          t.is(spans.map((span) => span.text).join(''), text.slice(line.start, line.end));
        }
      },
    ),
  );
});

import test from 'ava';
import fc from 'fast-check';
import { firstPart, parts } from '../../../src/tui/text/split-message.ts';

test('long text is split into messages, after line ends', (t) => {
  t.deepEqual(parts('short'), ['short']);
  t.deepEqual(parts(''), []);
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i} ${'x'.repeat(40)}`).join('\n');
  t.is(parts(lines).join('\n'), lines);
  const wide = parts('漢'.repeat(3000));
  t.is(wide.join(''), '漢'.repeat(3000));
});

test('property: each part fits a message, and only line ends between parts are dropped', (t) => {
  const piece = fc.oneof(
    fc.constantFrom('\n', ' ', '👩‍👩‍👧', '漢字', 'x'.repeat(900)),
    fc.string({ unit: 'grapheme' }),
  );
  const long = fc.array(piece, { minLength: 20, maxLength: 80 }).map((all) => all.join(''));
  fc.assert(
    fc.property(long, (text) => {
      for (let rest = text; rest !== ''; ) {
        const [part, left] = firstPart(rest);
        t.true(part !== '' && Buffer.byteLength(part) <= 4096 && part.isWellFormed());
        t.true(rest === part + left || rest === `${part}\n${left}`);
        rest = left;
      }
    }),
  );
});

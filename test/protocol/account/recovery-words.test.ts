import test from 'ava';
import fc from 'fast-check';
import { entropyOf, wordsOf } from '../../../src/protocol/account/recovery-words.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';

const entropy = fc.uint8Array({ minLength: 32, maxLength: 32 });
const zeros = wordsOf(new Uint8Array(32));

test('24 words stand for 32 bytes, however they are spaced and capitalized', (t) => {
  fc.assert(
    fc.property(entropy, fc.constantFrom(' ', '\n', '  \t ', '\r\n'), (bytes, space) => {
      const words = wordsOf(bytes).split(' ');
      t.is(words.length, 24);
      t.deepEqual(entropyOf(` ${words.map((word) => word.toUpperCase()).join(space)}\n`), Uint8Array.from(bytes));
    }),
  );
  // From the vectors of BIP 39 (github.com/trezor/python-mnemonic).
  t.is(zeros, `${'abandon '.repeat(23)}art`);
});

test('a mistyped word is named with its place; a wrong one of the list is noticed by the checksum', (t) => {
  const words = zeros.split(' ');
  const with_ = (at: number, word: string) => words.with(at, word).join(' ');
  t.throws(() => entropyOf(with_(2, 'abandom')), {
    instanceOf: ProtocolError,
    message: 'not a word of the list: "abandom" (word 3)',
  });
  t.throws(() => entropyOf(with_(23, 'zoo')), { message: /the checksum of the words does not fit: look at each word/ });
  t.throws(() => entropyOf(words.slice(1).join(' ')), { message: 'there are 24 words, not 23' });
  t.throws(() => entropyOf(''), { message: 'there are 24 words, not 0' });
  const escaped = t.throws(() => entropyOf(with_(0, '\u001b[31mred')));
  t.regex(escaped?.message ?? '', /^not a word of the list: "\P{Cc}*" \(word 1\)$/u);
});

test('one swapped pair of words is noticed in 255 of 256 cases', (t) => {
  let noticed = 0;
  let tried = 0;
  fc.assert(
    fc.property(entropy, fc.nat(22), (bytes, at) => {
      const words = wordsOf(bytes).split(' ');
      const [one, two] = [words[at] ?? '', words[at + 1] ?? ''];
      if (one === two) return;
      tried += 1;
      try {
        entropyOf(
          words
            .with(at, two)
            .with(at + 1, one)
            .join(' '),
        );
      } catch {
        noticed += 1;
      }
    }),
    { numRuns: 400 },
  );
  t.true(noticed > tried * 0.97);
});

import test from 'ava';
import fc from 'fast-check';
import { spellOutSwitches } from '../../src/platform/boolean-options.ts';

const spell = (...words: string[]) =>
  spellOutSwitches(words, ['quiet', 'wait-delivered'], (sentence) => new Error(sentence));

test('a switch gets an explicit value and takes no following word', (t) => {
  t.deepEqual(spell('send', '--quiet', 'false', 'alarm'), ['send', '--quiet=true', 'false', 'alarm']);
  t.deepEqual(spell('--waitDelivered', 'true'), ['--wait-delivered=true', 'true']);
});

test('yes and no are read in all spellings, and nothing else', (t) => {
  t.deepEqual(spell('--quiet=1', '--quiet=no', '--quiet=false'), ['--quiet=true', '--quiet=false', '--quiet=false']);
  for (const word of ['--quiet=banana', '--quiet=', '--quiet=TRUE', '--quiet=a=b'])
    t.throws(() => spell(word), { message: /--quiet takes no value but yes or no/ });
});

test('other arguments stay as they are, also a switch after --', (t) => {
  const other = fc.string().filter((word) => !word.startsWith('--quiet') && !word.startsWith('--wait'));
  fc.assert(
    fc.property(fc.array(other), (words) => {
      t.deepEqual(spell(...words, '--', '--quiet', 'x'), [...words, '--', '--quiet', 'x']);
    }),
    { seed: 7 },
  );
});

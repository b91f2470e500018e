import test from 'ava';
import { names } from '../../../src/tui/text/mentions.ts';

test('a name with @ as a word of its own is a mention', (t) => {
  for (const text of ['@bob', 'İ @bob', 'hi @bob, see', '(@Bob)', 'ask @bob.', 'x @bobby @bob'])
    t.true(names(text, 'bob'), text);
  for (const text of ['bob', 'mail@bob', '@bobby', '@bob-2', 'a@@bob', '']) t.false(names(text, 'bob'), text);
});

import test from 'ava';
import { Conversationalist, lines } from '../../../src/cli/demo/bot-replies.ts';

const kinds = (mind: Conversationalist, text: string): string[] => mind.answersTo(text).map(({ give }) => give);

test('the first line is answered with three keys, the second with a file', (t) => {
  const mind = new Conversationalist();
  const [first, keys] = mind.answersTo('hello there');
  t.like(first, { give: 'text', text: 'hello! nice to have you here' });
  t.like(keys, { give: 'text', text: lines.keys });
  t.deepEqual(kinds(mind, 'and what now?'), ['reply', 'file']);
  t.deepEqual(kinds(mind, 'and then?'), ['reply']);
});

test('what is asked for is given', (t) => {
  const mind = new Conversationalist();
  for (const text of ['hi', 'hi']) mind.answersTo(text);
  t.deepEqual(kinds(mind, 'send me a file please'), ['file']);
  t.deepEqual(kinds(mind, 'what time is it?'), ['time']);
  t.deepEqual(mind.answersTo('HELP'), [{ give: 'text', text: lines.keys }]);
  t.deepEqual(kinds(mind, 'thank you'), ['reply']);
  t.deepEqual(kinds(mind, 'this is great'), ['reaction']);
  t.regex(JSON.stringify(mind.answersTo('bye')), /Ctrl\+C twice leaves/);
});

test('it does not repeat itself at once', (t) => {
  const mind = new Conversationalist();
  const said = ['a', 'b', 'c', 'd', 'e'].map((text) => JSON.stringify(mind.answersTo(text)[0]));
  t.is(new Set(said).size, 5);
});

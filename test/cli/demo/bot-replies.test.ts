import test from 'ava';
import { BotReplies, botTexts } from '../../../src/cli/demo/bot-replies.ts';

const kinds = (mind: BotReplies, text: string): string[] => mind.repliesTo(text).map(({ give }) => give);

test('the first line is answered with three keys, the second with a file', (t) => {
  const mind = new BotReplies();
  const [first, keys] = mind.repliesTo('hello there');
  t.like(first, { give: 'text', text: 'hello! nice to have you here' });
  t.like(keys, { give: 'text', text: botTexts.keys });
  t.deepEqual(kinds(mind, 'and what now?'), ['reply', 'file']);
  t.deepEqual(kinds(mind, 'and then?'), ['reply']);
});

test('what is asked for is given', (t) => {
  const mind = new BotReplies();
  for (const text of ['hi', 'hi']) mind.repliesTo(text);
  t.deepEqual(kinds(mind, 'send me a file please'), ['file']);
  t.deepEqual(kinds(mind, 'what time is it?'), ['time']);
  t.deepEqual(mind.repliesTo('HELP'), [{ give: 'text', text: botTexts.keys }]);
  t.deepEqual(kinds(mind, 'thank you'), ['reply']);
  t.deepEqual(kinds(mind, 'this is great'), ['reaction']);
  t.regex(JSON.stringify(mind.repliesTo('bye')), /Ctrl\+C twice leaves/);
});

test('it does not repeat itself at once', (t) => {
  const mind = new BotReplies();
  const said = ['a', 'b', 'c', 'd', 'e'].map((text) => JSON.stringify(mind.repliesTo(text)[0]));
  t.is(new Set(said).size, 5);
});

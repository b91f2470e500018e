import test from 'ava';
import { BotReplies, botTexts } from '../../../src/cli/demo/bot-replies.ts';

const types = (replies: BotReplies, text: string): string[] => replies.repliesTo(text).map(({ type }) => type);

test('the first message also gets three keys, the second one a file', (t) => {
  const replies = new BotReplies();
  const [first, keys] = replies.repliesTo('hello there');
  t.like(first, { type: 'text', text: 'hello! nice to have you here' });
  t.like(keys, { type: 'text', text: botTexts.keys });
  t.deepEqual(types(replies, 'and what now?'), ['quote', 'file']);
  t.deepEqual(types(replies, 'and then?'), ['quote']);
});

test('the reply fits what the message asks for', (t) => {
  const replies = new BotReplies();
  for (const text of ['hi', 'hi']) replies.repliesTo(text);
  t.deepEqual(types(replies, 'send me a file please'), ['file']);
  t.deepEqual(types(replies, 'what time is it?'), ['time']);
  t.deepEqual(replies.repliesTo('HELP'), [{ type: 'text', text: botTexts.keys }]);
  t.deepEqual(types(replies, 'thank you'), ['quote']);
  t.deepEqual(types(replies, 'this is great'), ['reaction']);
  t.regex(JSON.stringify(replies.repliesTo('bye')), /Ctrl\+C twice leaves/);
});

test('the bot does not repeat itself at once', (t) => {
  const replies = new BotReplies();
  const said = ['a', 'b', 'c', 'd', 'e'].map((text) => JSON.stringify(replies.repliesTo(text)[0]));
  t.is(new Set(said).size, 5);
});

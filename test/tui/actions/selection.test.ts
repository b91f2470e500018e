import test from 'ava';
import { composerTarget, promptOf } from '../../../src/tui/selectors/composer-target.ts';
import { searchHits } from '../../../src/tui/selectors/search.ts';
import { clockTime } from '../../../src/tui/text/format.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('messages are selected, answered, edited, deleted and reacted to', async (t) => {
  const { key, say, calls, client, settle, store, answer } = await openChat(t);
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  await say('.react 👍');
  t.deepEqual(calls('react'), [['b1', '👍', true]]);
  await say('.react :heart:');
  t.is(calls('react')[1]?.[1], '❤️');
  await say('.reply indeed');
  t.deepEqual(calls('queue'), [['#lobby', 'indeed', { reply: { author: 'bob', id: 'b1' } }]]);
  await say('mine');
  await say('.edit mine too');
  t.deepEqual(calls('edit'), [['q2', 'mine too']]);
  await say('.delete');
  t.deepEqual(calls('remove'), []);
  await answer('enter');
  t.deepEqual(calls('remove'), [['q2']]);
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'up', 'up', 'e');
  t.regex(store.get().notice?.text ?? '', /your own/);
});

test('a message that was not sent disappears when it is deleted', async (t) => {
  const { say, answer, client, chat, settle } = await openChat(t);
  client.stuck = true;
  await say('refused');
  const [queued] = chat().threads['#lobby']?.messages ?? [];
  if (queued === undefined) return t.fail('nothing was queued');
  client.settle(queued, 'failed');
  await settle();
  await say('.delete');
  await answer('enter');
  t.deepEqual(chat().threads['#lobby']?.messages, []);
});

test('e on an own message puts it into the line; Esc leaves the message as it was', async (t) => {
  const { key, say, calls, store, line } = await openChat(t);
  await say('frist');
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'e');
  t.is(line(), 'frist');
  await key('ctrl+u');
  await say('first');
  t.deepEqual(calls('edit'), [['q1', 'first']]);
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'e', 'escape');
  t.is(line(), '');
});

test('a key does the same as its command: e without a selection edits my newest message', async (t) => {
  const { key, say, store, line, client, settle } = await openChat(t);
  await say('mine');
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('e');
  t.is(line(), 'mine');
});

test('a draft is put aside while a message is edited or reacted to, and comes back', async (t) => {
  const { key, say, calls, store, line, controller } = await openChat(t);
  await say('mine');
  store.dispatch({ type: 'typed', text: 'unsent thoughts' });
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'e');
  t.is(line(), 'mine');
  await say('!');
  t.deepEqual(calls('edit'), [['q1', 'mine!']]);
  t.is(line(), 'unsent thoughts');
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', '+');
  t.is(line(), '.react :');
  await key('escape');
  t.is(line(), 'unsent thoughts');
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'e');
  controller.open('@bob');
  controller.open('#lobby');
  t.is(line(), 'mine!', 'the change goes on where it was begun');
  await key('escape');
  t.is(line(), 'unsent thoughts');
});

test('an edited message is edited, even if its text begins with @name', async (t) => {
  const { key, say, calls, store, settle, client } = await openChat(t);
  client.receive({ from: 'alice', text: '@bob see you', id: 'm1' });
  await settle();
  await say('.edit');
  store.dispatch({ type: 'typed', text: ' soon' });
  await key('enter');
  t.deepEqual(calls('edit'), [['m1', '@bob see you soon']]);
  t.deepEqual(calls('queue'), []);
});

test('a command from the switcher, + and .edit put the draft aside; Ctrl+C on an empty line restores it, too', async (t) => {
  const { key, say, store, line, calls, outside } = await openChat(t);
  await say('mine');
  store.dispatch({ type: 'typed', text: 'begun' });
  await key('ctrl+k');
  store.dispatch({ type: 'typed', text: '.edit' });
  await key('enter');
  t.is(line(), '.edit ');
  await key('enter');
  t.is(line(), 'mine');
  await key('ctrl+c', 'ctrl+c');
  t.is(line(), 'begun');
  t.deepEqual(outside, []);
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', '+');
  t.is(line(), '.react :');
  store.dispatch({ type: 'typed', text: 'heart:' });
  await key('enter');
  t.is(calls('react').length, 1);
  t.is(line(), 'begun');
});

test('the switcher and the search lead to a conversation and a message', async (t) => {
  const { store, key, chat } = await openChat(t, (client) =>
    client.fill('#lobby', 300, (seq) => ({ text: seq === 250 ? 'the needle' : `hay ${seq}` })),
  );
  await key('ctrl+k');
  store.dispatch({ type: 'typed', text: 'car' });
  await key('enter');
  t.is(chat().open, '@carol');
  await key('ctrl+f');
  store.dispatch({ type: 'typed', text: 'needle' });
  await key('enter');
  t.is(chat().open, '#lobby');
  t.is(chat().threads['#lobby']?.selected, 'carol/h250');
  t.not(chat().threads['#lobby']?.anchor, null);
});

test('the search finds messages that are not loaded, in every conversation', async (t) => {
  const { store, key, chat, settle, calls } = await openChat(t, (client) => {
    client.fill('#lobby', 700, (seq) => ({ text: seq === 3 ? 'the needle' : `hay ${seq}` }));
    client.readPositions.set('#lobby', 700);
    client.fill('@bob', 150, (seq) => ({ text: seq === 5 ? 'a needle of bob' : `straw ${seq}` }));
  });
  await key('ctrl+f');
  t.is(calls('history').length, 1);
  store.dispatch({ type: 'typed', text: 'needle' });
  const held = () => Object.values(chat().threads).reduce((sum, { messages }) => sum + messages.length, 0);
  for (let i = 0; i < 20 && held() < 850; i++) await settle();
  t.is(held(), 850);
  t.true(calls('history').length < 10);
  t.deepEqual(
    searchHits(chat(), 'needle').map((message) => message.body.kind === 'text' && message.body.text),
    ['a needle of bob', 'the needle'],
  );
  await key('down', 'enter');
  t.is(chat().threads['#lobby']?.selected, 'bob/h3');
});

test('Esc forgets the selection: a command then edits the newest message, not the found one', async (t) => {
  const { key, say, calls, store, chat } = await openChat(t, (client) =>
    client.fill('#lobby', 40, (seq) => ({ text: seq === 5 ? 'the needle' : `mine ${seq}`, from: 'alice' })),
  );
  const prompt = () => promptOf(composerTarget(store.get()) ?? t.fail('no chat') ?? never(), 120);
  await key('ctrl+f');
  store.dispatch({ type: 'typed', text: 'needle' });
  await key('enter');
  t.is(chat().threads['#lobby']?.selected, 'alice/h5');
  await key('escape');
  t.is(prompt(), ' #lobby › ');
  await say('.edit OOPS');
  t.deepEqual(calls('edit'), [['h40', 'OOPS']]);
});

test('the prompt says which message a command is for, and a selection is used for one line', async (t) => {
  const { key, say, calls, store, client, settle, line, notice, controller, chat } = await openChat(t, (client) => {
    client.fill('#lobby', 40, (seq) => ({ text: `text ${seq}`, from: seq % 2 ? 'alice' : 'bob' }));
    client.readPositions.set('#lobby', 40);
  });
  const prompt = () => promptOf(composerTarget(store.get()) ?? t.fail('no chat') ?? never(), 120);
  const choose = async (steps: number) => {
    store.dispatch({ type: 'focused', focus: 'messages' });
    await key(...Array.from({ length: steps }, () => 'up'));
    store.dispatch({ type: 'typed', text: '.' });
    await key('backspace');
  };
  const of = (seq: number) => chat().threads['#lobby']?.messages.find((one) => one.seq === seq)?.at ?? 0;
  await choose(4);
  t.is(prompt(), ` #lobby ▸ alice ${clockTime(of(37))} text 37 › `);
  client.receive({ text: 'client-events', id: 'n1' });
  await settle();
  t.is(prompt(), ` #lobby ▸ alice ${clockTime(of(37))} text 37 › `);
  await say('.edit changed');
  t.deepEqual(calls('edit'), [['h37', 'changed']]);
  t.is(prompt(), ' #lobby › ');
  await say('.edit newest');
  t.deepEqual(calls('edit')[1], ['h39', 'newest']);
  await choose(4);
  await say('.react :nosuchthing:');
  t.deepEqual(calls('react'), []);
  t.is(line(), '.react :nosuchthing:');
  t.regex(prompt(), /▸ bob .* text 38 › $/, 'a command that was not done leaves the choice with the line');
  await key('ctrl+u');
  await say('a line');
  t.is(prompt(), ' #lobby › ');
  await choose(5);
  controller.open('@bob');
  controller.open('#lobby');
  t.is(prompt(), ' #lobby › ', 'another conversation ends it');
  store.dispatch({ type: 'thread', conversation: '#lobby', change: { selected: 'bob/gone' } });
  await say('.reply to what is not held');
  t.regex(notice(), /no message/);
  t.is(calls('queue').length, 1);
});

function never(): never {
  throw new Error('unreachable');
}

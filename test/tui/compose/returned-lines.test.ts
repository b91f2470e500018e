/** A line that could not be carried out returns to the composer of its conversation. */
import test from 'ava';
import { textOf } from '../../../src/tui/state/editor.ts';
import { person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

const full = new Error('the disk is full');

test('a message that could not be queued is in the line again', async (t) => {
  const { say, client, notice, line } = await openChat(t);
  client.failures.set('queue', full);
  await say('precious');
  t.is(line(), 'precious');
  t.is(notice(), 'the disk is full');
});

test('a message returns to its own conversation, never to another one or to a search', async (t) => {
  const { store, client, key, settle, line, chat, controller } = await openChat(t);
  for (const elsewhere of ['conversation', 'search'] as const) {
    const late = Promise.withResolvers<never>();
    const queue = client.queue;
    client.queue = () => late.promise;
    controller.open('@bob');
    store.dispatch({ type: 'typed', text: 'bob, for you alone' });
    await key('enter');
    if (elsewhere === 'conversation') controller.open('#lobby');
    else await key('ctrl+f');
    late.reject(full);
    await settle();
    const { overlay } = store.get();
    t.is(overlay?.kind === 'search' ? textOf(overlay.query) : line(), '', elsewhere);
    t.is(textOf(chat().threads['@bob']?.draft ?? { before: '?', after: '' }), 'bob, for you alone');
    client.queue = queue;
    await key('escape');
    controller.open('@bob');
    await key('ctrl+u');
  }
});

test('text typed meanwhile stays, and Up recalls the failed message', async (t) => {
  const { store, client, key, settle, line } = await openChat(t);
  const late = Promise.withResolvers<never>();
  client.queue = () => late.promise;
  store.dispatch({ type: 'typed', text: 'first' });
  await key('enter');
  store.dispatch({ type: 'typed', text: 'second' });
  late.reject(full);
  await settle();
  t.is(line(), 'second');
  await key('up');
  t.is(line(), 'first');
});

test('an answer and an edit return as such, with the draft that was put aside', async (t) => {
  const { store, client, key, say, settle, line, chat, calls } = await openChat(t);
  client.receive({ text: 'why?', id: 'b1' });
  await settle();
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'r');
  client.failures.set('queue', full);
  await say('because');
  t.is(line(), 'because');
  t.is(chat().threads['#lobby']?.about?.message.id, 'b1');
  await key('enter');
  t.deepEqual(calls('queue').at(-1), ['#lobby', 'because', { reply: { author: 'bob', id: 'b1' } }]);
  await key('escape');
  store.dispatch({ type: 'typed', text: 'a draft' });
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'e');
  client.failures.set('edit', full);
  await say(' of course');
  t.is(line(), 'because of course');
  t.is(chat().threads['#lobby']?.about?.do, 'edit');
  await key('escape', 'escape');
  t.is(line(), 'a draft');
});

test('of several messages only those return that were not sent', async (t) => {
  const { actions, client, key, answer, line, calls, controller } = await openChat(t);
  const { queue } = client;
  client.queue = async (...args) => {
    if (calls('queue').length === 2) throw full;
    return queue.apply(client, args);
  };
  controller.open('@bob');
  actions.take({ type: 'paste', text: Array.from({ length: 10_000 }, (_, i) => i % 10).join('') });
  const text = line();
  await key('enter');
  await answer('y');
  t.is(calls('queue').length, 2);
  t.is(
    `${calls('queue')
      .map(([, part]) => part)
      .join('')}${line()}`,
    text,
  );
});

test('messages are sent in the order in which they were written, whatever their number of parts', async (t) => {
  const { actions, client, key, answer, say, settle, calls } = await openChat(t);
  const { queue } = client;
  client.queue = async (...args) => {
    await settle();
    return queue.apply(client, args);
  };
  actions.take({ type: 'paste', text: 'x'.repeat(9000) });
  await key('enter');
  void answer('y');
  await say('after');
  for (let i = 0; i < 20 && calls('queue').length < 4; i++) await settle();
  t.deepEqual(
    calls('queue').map(([, text]) => (text as string).length),
    [4096, 4096, 808, 5],
  );
});

test('a refused command is in the line again, and not in the history of sent lines', async (t) => {
  const { say, key, line, client, notice, chat } = await openChat(t, (fake) => {
    fake.everybody = [person('alice'), person('bob', { changedTo: 'cc' }), person('carol')];
  });
  await say('mine');
  for (const command of ['.msg nobody hi', '.msg bob hi', '.reply hi', '.download nothing', '.verify nobody']) {
    await say(command);
    t.is(line(), command);
    await key('escape', 'up');
    t.is(line(), 'mine', command);
    await key('down', 'ctrl+u');
  }
  client.failures.set('queue', full);
  await say('.msg carol hi');
  t.is(notice(), 'the disk is full');
  t.is(chat().open, '#lobby');
  t.is(line(), '.msg carol hi');
  await key('enter');
  t.is(chat().open, '@carol');
  client.failures.set('edit', full);
  await key('ctrl+p');
  await say('.edit mine too');
  t.is(line(), '.edit mine too');
});

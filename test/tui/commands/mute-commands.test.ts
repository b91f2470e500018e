import test from 'ava';
import { emptyEditor } from '../../../src/tui/state/editor.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('.mute mutes the named or the open conversation, and unmutes it again', async (t) => {
  const { key, say, chat, notice } = await openChat(t);
  await say('.mute');
  t.is(notice(), '#lobby is muted: .mute #lobby takes it back');
  await say('.mute bob');
  t.is(notice(), '@bob is muted: .mute bob takes it back');
  t.deepEqual([...chat().muted], ['#lobby', '@bob']);
  await say('.mute @bob');
  await say('.mute #lobby');
  t.deepEqual([...chat().muted], []);
  await say('.mute nobody');
  t.regex(notice(), /nobody is called nobody/);
  await key('ctrl+u');
  await say('.mute #nowhere');
  t.regex(notice(), /no room #nowhere/);
});

test('a mute and a block that another device or program decides apply at once, and one that fails does not', async (t) => {
  const { client, key, say, chat, notice } = await openChat(t);
  client.emit({ type: 'muted', conversation: '#lobby', on: true });
  client.emit({ type: 'blocked', name: 'bob', on: true });
  t.deepEqual([[...chat().muted], [...chat().blocked]], [['#lobby'], ['bob']]);
  client.emit({ type: 'muted', conversation: '#lobby', on: false });
  client.emit({ type: 'blocked', name: 'bob', on: false });
  t.deepEqual([[...chat().muted], [...chat().blocked]], [[], []]);
  for (const [command, line] of [
    ['mute', '.mute bob'],
    ['block', '.block bob'],
  ] as const) {
    client.failures.set(command, new Error('the disk is full'));
    await say(line);
    t.is(notice(), 'the disk is full');
    await key('ctrl+u');
  }
  t.deepEqual([[...chat().muted], [...chat().blocked]], [[], []]);
});

test('Alt+A goes to a muted conversation only if no other has unread messages', async (t) => {
  const { client, say, key, chat, settle } = await openChat(t);
  await say('.mute bob');
  client.receive({ conversation: '@bob', text: 'one', to: 'alice' });
  client.receive({ conversation: '@carol', from: 'carol', text: 'two', to: 'alice' });
  await settle();
  await key('alt+a');
  t.is(chat().open, '@carol');
  await key('alt+a');
  t.is(chat().open, '@bob');
});

test('.block lists blocked people, blocks a person by name and unblocks them', async (t) => {
  const { say, key, chat, notice, store } = await openChat(t);
  await say('.block');
  t.regex(notice(), /^nobody is blocked: \.block NAME/);
  await say('.block alice');
  t.regex(notice(), /that is you/);
  await key('ctrl+u');
  await say('.block Bob');
  t.regex(notice(), /nobody is called Bob/);
  await key('ctrl+u');
  await say('.block bob');
  t.is(notice(), 'bob is blocked on all your devices: .block bob takes it back');
  await say('.block');
  t.like(store.get().overlay, { kind: 'page', lines: ['bob'] });
  await key('escape');
  await say('.block bob');
  t.deepEqual([...chat().blocked], []);
});

test('a message to a blocked person is refused with the way back, and stays in the line', async (t) => {
  const { actions, say, calls, client, notice, line, controller, key, settle, store } = await openChat(t);
  client.receive({ conversation: '@bob', text: 'psst', to: 'alice' });
  await say('.block bob');
  const refused = 'bob is blocked: .block bob takes it back before you write';
  await say('@bob hi');
  t.is(notice(), refused);
  t.is(line(), '@bob hi');
  await key('ctrl+c');
  controller.open('@bob');
  for (const command of ['.msg bob hi', '.file /tmp/x', '.retry', 'hi']) {
    await say(command);
    t.is(notice(), refused, command);
    store.dispatch({ type: 'filled', editor: emptyEditor });
  }
  for (const command of ['.reply hi', '.react 👍', '.copy']) {
    await say(command);
    t.is(notice(), 'there is no message to do that with', command);
    store.dispatch({ type: 'filled', editor: emptyEditor });
  }
  actions.take({ type: 'paste', text: 'x\n'.repeat(3000) });
  await key('enter');
  t.is(notice(), refused);
  await settle();
  t.deepEqual([...calls('queue'), ...calls('upload'), ...calls('react')], []);
  t.deepEqual(calls('markRead'), [], 'what is not shown is not read');
  controller.open('#lobby');
  await say('.block bob');
  controller.open('@bob');
  await settle();
  t.deepEqual(calls('markRead'), [['@bob', 1]]);
});

test('Enter on a folded run unfolds it, and no key acts on a folded message', async (t) => {
  const { client, key, say, store, settle, calls, outside, notice, chat } = await openChat(t, (fake) => {
    fake.fill('#lobby', 6, (seq) => ({ from: seq > 3 ? 'bob' : 'carol', text: `text ${seq}` }));
  });
  await say('.block bob');
  await say('.reply to carol');
  t.deepEqual(calls('queue').at(-1), ['#lobby', 'to carol', { reply: { author: 'carol', id: 'h3' } }]);
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'up', 'c');
  t.is(notice(), 'there is no message to do that with');
  t.deepEqual(outside, []);
  await key('enter');
  t.deepEqual(chat().threads['#lobby']?.unfolded, [{ from: 'bob', first: 4, last: 6 }]);
  await key('c');
  t.deepEqual(outside, ['copy text 6']);
  client.receive({ text: 'more' });
  await settle();
  t.is(chat().threads['#lobby']?.unfolded.length, 1);
});

test('scrolling past a long folded run fetches the messages of others before it', async (t) => {
  const { say, key, chat, calls } = await openChat(t, (client) => {
    client.fill('#lobby', 3000, (seq) => ({ from: seq < 40 ? 'carol' : 'bob' }));
    client.readPositions.set('#lobby', 3000);
  });
  await say('.block bob');
  const asked = calls('history').length;
  t.true((chat().threads['#lobby']?.messages.length ?? 0) <= 1200, 'not all by itself');
  await key('pgup');
  for (let i = 0; i < 20; i++) await key('pgup');
  t.is(chat().threads['#lobby']?.messages[0]?.id, 'h1');
  t.true(calls('history').length > asked);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { searched } from '../../src/tui/looked-for.ts';
import type { Store } from '../../src/tui/store.ts';
import { file, person } from './helpers/messages.ts';
import { openDesk } from './helpers/open-desk.ts';

test('Enter sends to the open conversation and empties the line', async (t) => {
  const { say, calls, chat, line } = await openDesk(t);
  await say('hello all');
  t.deepEqual(calls('queue'), [['#lobby', 'hello all', {}]]);
  t.is(line(), '');
  t.is(chat().threads['#lobby']?.messages.at(-1)?.state, 'sent');
});

test('@name goes privately; to nobody it stays in the line', async (t) => {
  const { say, calls, notice } = await openDesk(t);
  await say('@bob:psst');
  t.regex(notice(), /sent to @bob alone/);
  await say('@nobody hi');
  t.deepEqual(calls('queue'), [['@bob', 'psst', {}]]);
  t.regex(notice(), /nobody is called nobody/);
});

test('an unknown command is never sent and stays in the line', async (t) => {
  const { say, calls, notice, line } = await openDesk(t);
  await say('.flie secret.txt');
  t.deepEqual(calls('queue'), []);
  t.is(notice(), 'unknown command .flie: did you mean .file? .. in front makes it text');
  t.is(line(), '.flie secret.txt');
});

test('a key that changed blocks sending until the person took it', async (t) => {
  const { say, key, calls, store } = await openDesk(t, (client) => {
    client.everybody = [person('alice'), person('bob', { changedTo: 'cc' })];
  });
  await say('@bob secret');
  t.deepEqual(calls('queue'), []);
  t.is(store.get().overlay?.kind, 'fingerprint');
  await key('enter');
  t.deepEqual(calls('acceptKey'), [['bob']]);
  await key('enter');
  t.deepEqual(calls('queue'), [['@bob', 'secret', {}]]);
});

test('sending asks when the conversation changed in the middle of typing', async (t) => {
  const { store, key, calls, clock, answer } = await openDesk(t);
  store.dispatch({ type: 'typed', text: 'meant for all' });
  clock.advance(300);
  store.dispatch({ type: 'opened', conversation: '@bob' });
  store.dispatch({ type: 'typed', text: 'and more' });
  await key('enter');
  t.deepEqual(calls('queue'), []);
  t.is(store.get().overlay?.kind, 'confirm');
  await answer('enter');
  t.deepEqual(calls('queue'), [['@bob', 'and more', {}]]);
});

/** What stands in the question that is shown. */
const asked = (store: Store) => {
  const { overlay } = store.get();
  return overlay?.kind === 'confirm' ? overlay.question : null;
};

test('a long paste goes into the line, and from there only where the line goes', async (t) => {
  const { actions, key, calls, store, line, chat, answer } = await openDesk(t);
  const text = Array.from({ length: 110 }, (_, i) => `line ${i} ${'x'.repeat(40)}`).join('\n');
  store.dispatch({ type: 'typed', text: '@bob ' });
  // Terminals send the line ends of a paste as they please.
  actions.take({ type: 'paste', text: `${text.replaceAll('\n', '\r')}\r` });
  t.is(line(), `@bob ${text}\n`);
  await key('enter');
  t.deepEqual(asked(store), { ask: 'send', to: '@bob', lines: 110, messages: 2, hasty: false, addressed: null });
  await answer('n');
  t.deepEqual(calls('queue'), []);
  t.is(line(), `@bob ${text}\n`);
  await key('enter');
  await answer('enter');
  t.deepEqual([...new Set(calls('queue').map(([to]) => to))], ['@bob']);
  const sent = calls('queue').map(([, body]) => body as string);
  t.true(sent.length === 2 && sent.every((body) => Buffer.byteLength(body) <= 4096));
  t.is(sent.join('\n'), text);
  t.is(line(), '');
  t.is(chat().open, '#lobby');
});

test('a long answer is an answer in each of its messages; a changed message stays one', async (t) => {
  const { actions, key, calls, client, settle, store, say, notice, line, answer } = await openDesk(t);
  client.receive({ text: 'why?', id: 'b1' });
  await settle();
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'r');
  actions.take({ type: 'paste', text: 'x\n'.repeat(3000) });
  await key('enter');
  await answer('y');
  t.deepEqual(
    calls('queue').map(([to, , options]) => [to, options]),
    [
      ['#lobby', { reply: 'b1' }],
      ['#lobby', { reply: 'b1' }],
    ],
  );
  await key('escape', 'escape');
  await say('.edit');
  actions.take({ type: 'paste', text: 'y'.repeat(5000) });
  await key('enter');
  t.regex(notice(), /^too long: [\d,]+ bytes, a message holds 4,096$/);
  t.true(line().endsWith('yyy'));
  t.deepEqual(calls('edit'), []);
});

test('what is longer than the line holds is refused in a sentence', async (t) => {
  const { actions, notice, line, settle } = await openDesk(t);
  actions.take({ type: 'paste', text: 'é'.repeat(30_000) });
  t.is(line().length, 30_000);
  actions.take({ type: 'paste', text: 'é'.repeat(3000) });
  await settle();
  t.regex(notice(), /^too long: 66,000 bytes, the line holds 65,536; send a file with Ctrl\+O$/);
  t.is(line().length, 30_000);
});

test('an Enter that comes with the question is no answer, nor is a letter of a word', async (t) => {
  const { key, say, calls, store, actions, clock } = await openDesk(t);
  await say('mine');
  await say('.delete');
  await key('enter');
  t.is(asked(store)?.ask, 'delete', 'too soon to have been read');
  for (const letter of 'oh yes no') actions.take({ type: 'text', text: letter });
  clock.advance(1000);
  await key('enter');
  t.is(asked(store)?.ask, 'delete');
  t.deepEqual(calls('remove'), []);
  await key('escape');
  t.is(asked(store), null);
  await say('.delete');
  actions.take({ type: 'text', text: 'y' });
  clock.advance(1000);
  await key('enter');
  t.deepEqual(calls('remove'), [], 'a y that comes with the question');
  await key('escape');
  await say('.delete');
  clock.advance(1000);
  actions.take({ type: 'text', text: 'n' });
  t.is(asked(store), null);
  await say('.delete');
  clock.advance(1000);
  actions.take({ type: 'text', text: 'y' });
  t.deepEqual(calls('remove'), [['q1']]);
});

test('@bob, text asks in a room who is meant to read it; between two people it is text', async (t) => {
  const { key, say, calls, store, line, answer, session } = await openDesk(t);
  await say('@bob, look here');
  t.deepEqual(asked(store), { ask: 'send', to: '#lobby', lines: 1, messages: 1, hasty: false, addressed: 'bob' });
  await answer('escape');
  t.is(line(), '@bob, look here');
  t.deepEqual(calls('queue'), []);
  await key('enter');
  await answer('enter');
  t.deepEqual(calls('queue'), [['#lobby', '@bob, look here', {}]]);
  session.open('@carol');
  await say('@bob, of all people');
  t.deepEqual(calls('queue').at(-1), ['@carol', '@bob, of all people', {}]);
});

test('what could not be queued comes back to the line', async (t) => {
  const { say, client, notice, line } = await openDesk(t);
  client.failures.set('queue', new Error('the disk is full'));
  await say('precious');
  t.is(line(), 'precious');
  t.is(notice(), 'the disk is full');
});

test('what was seen is marked read, what was not is counted', async (t) => {
  const { client, settle, calls, chat, key } = await openDesk(t);
  client.receive({ text: 'one' });
  await settle();
  t.deepEqual(calls('markRead').at(-1), ['#lobby', 1]);
  client.receive({ conversation: '@bob', text: 'psst', to: 'alice' });
  await settle();
  t.is(chat().threads['@bob']?.unread, 1);
  await key('alt+a');
  t.is(chat().open, '@bob');
  await settle();
  t.deepEqual(calls('markRead').at(-1), ['@bob', 1]);
});

test('nothing is marked read while nobody looks', async (t) => {
  const { client, settle, actions, calls } = await openDesk(t);
  actions.take({ type: 'focus', focused: false });
  client.receive({ text: 'one' });
  await settle();
  t.deepEqual(calls('markRead'), []);
  actions.take({ type: 'focus', focused: true });
  await settle();
  t.deepEqual(calls('markRead'), [['#lobby', 1]]);
});

test('what could not be fetched is fetched when the link is back', async (t) => {
  const { client, chat, settle, notice, calls, session } = await openDesk(t, (fake) => fake.fill('@bob', 5));
  client.failures.set('history', new Error('the link is lost'));
  session.open('@bob');
  await settle();
  t.is(chat().threads['@bob']?.loaded, 'failed');
  t.is(notice(), 'the link is lost');
  const asked = calls('history').length;
  await settle();
  t.is(calls('history').length, asked);
  client.emit({ type: 'link', link: { state: 'online' } });
  await settle();
  t.is(chat().threads['@bob']?.messages.length, 5);
});

test('scrolling up fetches older history before it is needed', async (t) => {
  const { key, calls, chat } = await openDesk(t, (client) => {
    client.fill('#lobby', 1000);
    client.readPositions.set('#lobby', 1000);
  });
  t.is(chat().threads['#lobby']?.messages.length, 100);
  await key('pgup', 'pgup', 'pgup');
  t.true((chat().threads['#lobby']?.messages.length ?? 0) >= 300);
  for (let i = 0; i < 80; i++) await key('pgup');
  t.is(chat().threads['#lobby']?.messages.length, 1000);
  t.true(calls('history').length < 10);
});

test('messages are chosen, answered, changed, deleted and reacted to', async (t) => {
  const { key, say, calls, client, settle, store, answer } = await openDesk(t);
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  await say('.react 👍');
  t.deepEqual(calls('react'), [['b1', '👍', true]]);
  await say('.react :heart:');
  t.is(calls('react')[1]?.[1], '❤️');
  await say('.reply indeed');
  t.deepEqual(calls('queue'), [['#lobby', 'indeed', { reply: 'b1' }]]);
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

test('e on an own message puts it into the line; Esc leaves it as it was', async (t) => {
  const { key, say, calls, store, line } = await openDesk(t);
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

test('what was begun waits while a message is changed or reacted to, and comes back', async (t) => {
  const { key, say, calls, store, line, session } = await openDesk(t);
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
  session.open('@bob');
  session.open('#lobby');
  t.is(line(), 'mine!', 'the change goes on where it was begun');
  await key('escape');
  t.is(line(), 'unsent thoughts');
});

test('only an emoji is a reaction', async (t) => {
  const { say, calls, client, settle, notice } = await openDesk(t);
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  for (const word of ['nonsense', ':nonsense:', 'x', '👍👍', '1']) {
    await say(`.react ${word}`);
    t.regex(notice(), /is no emoji/, word);
  }
  t.deepEqual(calls('react'), []);
  for (const word of ['👍', '👩‍👩‍👧', '♥', '❤️', '🇪🇺']) await say(`.react ${word}`);
  t.is(calls('react').length, 5);
});

test('Tab goes on into a folder; several choices are turned through', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-tab-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'pictures'));
  for (const name of ['one.png', 'other.png']) writeFileSync(join(folder, 'pictures', name), 'x');
  const { key, store, settle, line, chat } = await openDesk(t);
  store.dispatch({ type: 'typed', text: `.file ${folder}/pi` });
  const tab = async (end: string) => {
    await key('tab');
    for (let i = 0; i < 50 && !line().endsWith(end); i++) await settle();
    t.is(line(), `.file ${folder}/${end}`);
  };
  await tab('pictures/');
  t.is(chat().completion, null);
  await tab('pictures/one.png');
  await tab('pictures/other.png');
  t.deepEqual(chat().completion?.words, ['one.png', 'other.png']);
});

test('what is changed is changed, also where the same line would go to somebody', async (t) => {
  const { key, say, calls, store, settle, client } = await openDesk(t);
  client.receive({ from: 'alice', text: '@bob see you', id: 'm1' });
  await settle();
  await say('.edit');
  store.dispatch({ type: 'typed', text: ' soon' });
  await key('enter');
  t.deepEqual(calls('edit'), [['m1', '@bob see you soon']]);
  t.deepEqual(calls('queue'), []);
});

test('a command from the switcher, + and .edit leave the draft; Ctrl+C on an empty line gives it back, too', async (t) => {
  const { key, say, store, line, calls, outside } = await openDesk(t);
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

test('files: command, completion of the path, picker and download', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-files-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'report one.txt'), 'x');
  const { say, key, calls, store, settle, client, notice, line } = await openDesk(t, (fake) => {
    fake.allFiles = [
      file({ name: 'a.bin', id: 'fa' }),
      file({ name: 'b.bin', id: 'fb' }),
      file({ name: 'b.bin', id: 'fc' }),
    ];
  });
  await say(`.file ${folder}/report one.txt`);
  t.deepEqual(calls('upload'), [['#lobby', join(folder, 'report one.txt')]]);
  store.dispatch({ type: 'typed', text: `.file ${folder}/re` });
  await key('tab');
  for (let i = 0; i < 50 && !line().endsWith('.txt'); i++) await settle();
  t.is(line(), `.file ${folder}/report one.txt`);
  await key('ctrl+u');
  await say('.download a.bin');
  t.deepEqual(calls('download'), [['fa', '/downloads']]);
  t.regex(notice(), /saved and checked: /);
  await key('f3', 'down', 'p');
  t.regex(notice(), /no transfer/);
  await key('escape');
  await say('.download b.bin');
  t.regex(notice(), /several files/);
  await key('f3', 'down', 'enter');
  t.is(calls('download').length, 2);
  client.emit({
    type: 'transfer',
    transfer: {
      id: 'u1',
      direction: 'up',
      name: 'x',
      conversation: '#lobby',
      size: 9,
      done: 1,
      rate: 1,
      state: 'running',
      note: null,
    },
  });
  await settle();
  await say('.exit');
  t.is(store.get().overlay?.kind, 'confirm');
});

test('Ctrl+C clears the line; on an empty one it leaves at the second', async (t) => {
  const { store, key, outside, clock } = await openDesk(t);
  store.dispatch({ type: 'typed', text: 'x' });
  await key('ctrl+c');
  await key('ctrl+c');
  t.deepEqual(outside, []);
  clock.advance(5000);
  await key('ctrl+c');
  t.deepEqual(outside, []);
  await key('ctrl+c');
  t.deepEqual(outside, ['quit']);
});

test('quick switcher and search lead somewhere', async (t) => {
  const { store, key, chat } = await openDesk(t, (client) =>
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

test('a search reaches what is not held yet, in every conversation', async (t) => {
  const { store, key, chat, settle, calls } = await openDesk(t, (client) => {
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
    searched(chat(), 'needle').map((message) => message.body.kind === 'text' && message.body.text),
    ['a needle of bob', 'the needle'],
  );
  await key('down', 'enter');
  t.is(chat().threads['#lobby']?.selected, 'bob/h3');
});

test('verify compares a number and remembers the answer', async (t) => {
  const { say, key, calls, chat } = await openDesk(t);
  await say('.verify bob');
  await key('enter');
  t.deepEqual(calls('setVerified'), [['bob', true]]);
  t.true(chat().people.bob?.verified);
});

test('the password is changed only when both new ones agree', async (t) => {
  const { say, key, store, calls } = await openDesk(t);
  await say('.passwd');
  for (const text of ['old secret', 'new secret 1', 'new secret 2']) {
    store.dispatch({ type: 'typed', text });
    await key('enter');
  }
  t.deepEqual(calls('passwd'), []);
  await key('ctrl+u');
  store.dispatch({ type: 'typed', text: 'new secret 1' });
  await key('enter');
  t.deepEqual(calls('passwd'), [['old secret', 'new secret 1']]);
  t.is(store.get().overlay, null);
});

for (const [found, theme, said] of [
  ['dark', 'light', 'theme light'],
  ['16', 'dark', 'this terminal shows 16 colours; theme dark is kept for others'],
  ['none', 'light', 'no colours here, as NO_COLOR or the terminal says; theme light is kept for others'],
  ['16', 'none', 'theme none'],
] as const) {
  test(`.theme ${theme} on a terminal of theme ${found} says what becomes of it`, async (t) => {
    const { say, store } = await openDesk(t, { found });
    await say(`.theme ${theme}`);
    t.is(store.get().settings.theme, theme);
    t.is(store.get().notice?.text, said);
  });
}

test('settings, pages and small commands', async (t) => {
  const { say, key, store, outside, client, settle } = await openDesk(t);
  await say('.theme light');
  t.is(store.get().settings.theme, 'light');
  await say('.mouse on');
  t.true(store.get().settings.mouse);
  await say('.notify text on');
  t.true(store.get().settings.desktopText);
  await say('.whoami');
  const page = store.get().overlay;
  t.true(page?.kind === 'page' && page.lines.includes(`securechat://127.0.0.1:65345#${'ef'.repeat(32)}`));
  store.dispatch({ type: 'overlay', overlay: null });
  for (const line of ['.help', '.whoami', '.keys', '.users', '.rooms', '.list_files', '.transfers', '.sessions']) {
    await say(line);
    t.is(store.get().overlay?.kind, 'page', line);
    store.dispatch({ type: 'overlay', overlay: null });
  }
  client.receive({ text: 'see https://example.org/x' });
  await settle();
  await say('.copy');
  t.deepEqual(outside, ['copy see https://example.org/x']);
  await say('.links');
  t.deepEqual(store.get().overlay, { kind: 'links', links: ['https://example.org/x'], selected: 0 });
  await key('o');
  t.is(outside.at(-1), 'open https://example.org/x');
  t.is(store.get().overlay, null);
  client.receive({ text: 'or https://no-desktop.example' });
  await settle();
  await say('.links');
  await key('o');
  t.deepEqual(outside.slice(-2), ['open https://no-desktop.example', 'copy https://no-desktop.example']);
});

test('hidden characters of others never reach the state', async (t) => {
  const { client, settle, chat } = await openDesk(t);
  client.receive({ text: 'a\x1b[31mb\u202ec\u0007' });
  client.emit({ type: 'notice', text: 'x\x1b]0;y\x07' });
  await settle();
  t.notRegex(JSON.stringify([chat().threads['#lobby']?.messages]), /\\u001b|\u202e|\\u0007/);
});

test('.mute takes a conversation or the open one, and takes it back', async (t) => {
  const { say, chat, notice } = await openDesk(t);
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
  await say('.mute #nowhere');
  t.regex(notice(), /no room #nowhere/);
});

test('Alt+A goes to what is muted only when nothing else waits', async (t) => {
  const { client, say, key, chat, settle } = await openDesk(t);
  await say('.mute bob');
  client.receive({ conversation: '@bob', text: 'one', to: 'alice' });
  client.receive({ conversation: '@carol', from: 'carol', text: 'two', to: 'alice' });
  await settle();
  await key('alt+a');
  t.is(chat().open, '@carol');
  await key('alt+a');
  t.is(chat().open, '@bob');
});

test('.block lists, blocks a person as written and takes it back', async (t) => {
  const { say, key, chat, notice, store } = await openDesk(t);
  await say('.block');
  t.regex(notice(), /^nobody is blocked: \.block NAME/);
  await say('.block alice');
  t.regex(notice(), /that is you/);
  await say('.block Bob');
  t.regex(notice(), /nobody is called Bob/);
  await say('.block bob');
  t.is(notice(), 'bob is blocked on this device: .block bob takes it back');
  await say('.block');
  t.like(store.get().overlay, { kind: 'page', lines: ['bob'] });
  await key('escape');
  await say('.block bob');
  t.deepEqual([...chat().blocked], []);
});

test('nothing is sent to who is blocked: the way back is said, and the line stays', async (t) => {
  const { actions, say, calls, client, notice, line, session, key, settle } = await openDesk(t);
  client.receive({ conversation: '@bob', text: 'psst', to: 'alice' });
  await say('.block bob');
  const refused = 'bob is blocked here: .block bob takes it back before you write';
  await say('@bob hi');
  t.is(notice(), refused);
  t.is(line(), '@bob hi');
  await key('ctrl+c');
  for (const command of ['.msg bob hi', '.file /tmp/x', '.retry', 'hi']) {
    await say(command);
    t.is(notice(), refused, command);
  }
  await key('ctrl+c');
  for (const command of ['.reply hi', '.react 👍', '.copy']) {
    await say(command);
    t.is(notice(), 'there is no message to do that with', command);
  }
  actions.take({ type: 'paste', text: 'x\n'.repeat(3000) });
  await key('enter');
  t.is(notice(), refused);
  await settle();
  t.deepEqual([...calls('queue'), ...calls('upload'), ...calls('react')], []);
  t.deepEqual(calls('markRead'), [], 'what is not shown is not read');
  session.open('#lobby');
  await say('.block bob');
  session.open('@bob');
  await settle();
  t.deepEqual(calls('markRead'), [['@bob', 1]]);
});

test('Enter on a run shows what is in it; no key takes a folded message', async (t) => {
  const { client, key, say, store, settle, calls, outside, notice, chat } = await openDesk(t, (fake) => {
    fake.fill('#lobby', 6, (seq) => ({ from: seq > 3 ? 'bob' : 'carol', text: `text ${seq}` }));
  });
  await say('.block bob');
  await say('.reply to carol');
  t.deepEqual(calls('queue').at(-1), ['#lobby', 'to carol', { reply: 'h3' }]);
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

test('behind a long run the messages of others are fetched, when one scrolls', async (t) => {
  const { say, key, chat, calls } = await openDesk(t, (client) => {
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

test('what the cache lacks while the link is lost is asked for once, and again when it is back', async (t) => {
  const { client, calls, key, settle } = await openDesk(t, (fake) => {
    fake.fill('#lobby', 120);
    fake.readPositions.set('#lobby', 120);
  });
  client.history = async (conversation, options = {}) => {
    client.calls.push(['history', conversation, options]);
    return { messages: [], gaps: [], more: true };
  };
  client.emit({ type: 'link', link: { state: 'waiting', retryAt: 0, reason: 'connection lost' } });
  const before = calls('history').length;
  await key('ctrl+home');
  for (let i = 0; i < 20; i++) await settle();
  t.is(calls('history').length, before + 1);
  client.emit({ type: 'link', link: { state: 'online' } });
  for (let i = 0; i < 5; i++) await settle();
  t.true(calls('history').length > before + 1);
});

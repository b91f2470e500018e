import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { openThread } from '../../../src/tui/state/focus.ts';
import { file, transfer } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('a letter right after Esc is not lost', async (t) => {
  const { key, line, store } = await openChat(t);
  await key('ctrl+k', 'alt+.');
  t.is(store.get().overlay, null);
  t.is(line(), '.');
});

test('the first letter of a burst in a pane is a key of the pane, and the rest is typed where the key led', async (t) => {
  const { actions, key, line, store, settle, chat } = await openChat(t, (fake) => fake.fill('#lobby', 3));
  await key('f6', 'f6');
  t.is(store.get().focus, 'messages');
  actions.take({ type: 'text', text: 'rthanks' });
  await settle();
  t.is(line(), 'thanks');
  t.is(openThread(chat()).about?.do, 'reply');
});

test('a burst in a pane without letter keys is typed into the composer as a whole', async (t) => {
  const { actions, key, line, store, settle } = await openChat(t);
  await key('f6');
  actions.take({ type: 'text', text: 'ño 🙂' });
  await settle();
  t.is(line(), 'ño 🙂');
  t.is(store.get().focus, 'composer');
});

test('Tab says so when nothing can be completed', async (t) => {
  const { store, key, notice, line, until } = await openChat(t);
  for (const text of ['xyzzy', 'so :nosuchemoji', '.notify x', '.file /nope/nope']) {
    store.dispatch({ type: 'typed', text });
    await key('tab');
    await until(() => notice() !== '');
    t.is(notice(), 'no completion found', text);
    t.is(line(), text);
    await key('ctrl+u');
  }
});

test('Tab completes into a folder and cycles through several choices', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-tab-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'pictures'));
  for (const name of ['one.png', 'other.png']) writeFileSync(join(folder, 'pictures', name), 'x');
  const { key, store, line, chat, until } = await openChat(t);
  store.dispatch({ type: 'typed', text: `.file ${folder}/pi` });
  const tab = async (end: string) => {
    await key('tab');
    await until(() => line().endsWith(end));
    t.is(line(), `.file ${folder}/${end}`);
  };
  await tab('pictures/');
  t.is(chat().completion, null);
  await tab('pictures/one.png');
  await tab('pictures/other.png');
  t.deepEqual(chat().completion?.words, ['one.png', 'other.png']);
});

test('files: the command, completion of the path, the picker and a download', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sc-files-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'report one.txt'), 'x');
  const { actions, outside, say, key, calls, store, settle, client, notice, line, until } = await openChat(
    t,
    (fake) => {
      fake.allFiles = [
        file({ name: 'a.bin', id: 'fa' }),
        file({ name: 'b.bin', id: 'fb' }),
        file({ name: 'b.bin', id: 'fc' }),
      ];
    },
  );
  await say(`.file ${folder}/report one.txt`);
  t.deepEqual(calls('upload'), [['#lobby', join(folder, 'report one.txt')]]);
  store.dispatch({ type: 'typed', text: `.file ${folder}/re` });
  await key('tab');
  await until(() => line().endsWith('.txt'));
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
  await key('ctrl+u');
  await key('f3', 'down', 'enter');
  t.is(calls('download').length, 2);
  // The upload from above.
  client.emit({ type: 'transfer', transfer: transfer({ id: 'u1' }) });
  await settle();
  await say('.exit');
  t.is(store.get().overlay?.kind, 'confirm');
  await key('escape', 'ctrl+c', 'ctrl+c');
  t.is(store.get().overlay?.kind, 'confirm', 'twice is asked, too');
  t.deepEqual(outside, []);
  await key('ctrl+c');
  t.deepEqual(outside, ['quit'], 'and once more is the answer');
  store.dispatch({ type: 'overlay', overlay: null });
  client.emit({ type: 'transfer', transfer: transfer({ id: 'u1', state: 'done' }) });
  store.dispatch({ type: 'typed', text: '.exit' });
  actions.take({ type: 'key', key: 'enter' });
  t.deepEqual(outside, ['quit', 'quit'], 'what is done is not asked about, also before it was drawn');
});

test('Ctrl+C clears the line; on an empty line the second one quits', async (t) => {
  const { store, key, outside, clock } = await openChat(t);
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

test('two Ctrl+C with other keys between them do not quit', async (t) => {
  const { say, key, outside, store } = await openChat(t);
  await key('ctrl+c');
  await say('abc');
  store.dispatch({ type: 'typed', text: 'def' });
  await key('ctrl+u', 'ctrl+c');
  t.deepEqual(outside, []);
  await key('ctrl+c');
  t.deepEqual(outside, ['quit']);
});

test('.verify compares a safety number and stores the answer', async (t) => {
  const { say, key, calls, chat, answer, store, client } = await openChat(t);
  client.safetyNumber = () => new Promise(() => {});
  await say('.verify bob');
  await answer('enter');
  t.deepEqual(calls('setVerified'), [], 'there was nothing to compare yet');
  client.safetyNumber = async () => '12345 '.repeat(12);
  await say('.verify bob');
  await key('enter');
  t.deepEqual(calls('setVerified'), [], 'too soon to have been read');
  await answer('enter');
  t.deepEqual(calls('setVerified'), [['bob', true]]);
  t.true(chat().people.bob?.verified);
  await say('.verify bob');
  store.dispatch({ type: 'typed', text: 'b' });
  await answer('enter');
  t.true(chat().people.bob?.verified, 'who types on has not read it');
});

test('a late answer does not replace a dialog that was opened meanwhile', async (t) => {
  const { say, key, store, client, settle, notice } = await openChat(t);
  const late = Promise.withResolvers<never>();
  client.safetyNumber = client.devices = client.passwd = () => late.promise;
  const kind = () => store.get().overlay?.kind;
  await say('.verify bob');
  await key('escape', 'ctrl+f');
  await say('.passwd');
  t.is(kind(), 'search');
  await key('escape');
  await say('.devices');
  await say('.passwd');
  for (const text of ['old secret', 'new secret', 'new secret']) {
    store.dispatch({ type: 'typed', text });
    await key('enter');
  }
  await key('escape');
  store.dispatch({ type: 'typed', text: 'dear all' });
  await key('ctrl+k');
  late.reject(new Error('it was refused'));
  await settle();
  t.is(kind(), 'switcher');
  t.is(notice(), 'it was refused');
});

test('the password is changed only when both new ones match', async (t) => {
  const { say, key, store, calls } = await openChat(t);
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

test('a wrong current password is reported in its field', async (t) => {
  const { say, key, store, client } = await openChat(t);
  client.passwd = () => Promise.reject(new ClientError('login-refused', 'wrong name or password'));
  await say('.passwd');
  for (const text of ['old secret', 'new secret', 'new secret']) {
    store.dispatch({ type: 'typed', text });
    await key('enter');
  }
  t.like(store.get().overlay, { active: 0, error: { field: 0, text: 'not changed: the password now is wrong' } });
  store.dispatch({ type: 'typed', text: 'x' });
  t.like(store.get().overlay, { error: null });
});

test('.account close says what it means, then asks for the password', async (t) => {
  const { say, key, answer, store, calls, notice } = await openChat(t);
  await say('.account close');
  t.like(store.get().overlay, { kind: 'confirm', question: { ask: 'close-account', profile: '/home/alice/profile' } });
  await key('escape');
  t.is(store.get().overlay, null);
  await say('.account close');
  await answer('y');
  t.like(store.get().overlay, { kind: 'secrets', form: 'close-account' });
  store.dispatch({ type: 'typed', text: 'my secret' });
  await key('enter');
  t.deepEqual(calls('closeAccount'), [['my secret']]);
  t.like(store.get().overlay, { kind: 'page', title: 'Account closed' });
  t.is(notice(), 'the account alice is closed');
  await say('.account close my secret');
  t.is(calls('closeAccount').length, 1, 'a password is never a part of the command');
});

test('a wrong password closes no account, and is reported in its field', async (t) => {
  const { say, key, answer, store, client } = await openChat(t);
  client.closeAccount = () => Promise.reject(new ClientError('login-refused', 'the current password is wrong'));
  await say('.account close');
  await answer('y');
  store.dispatch({ type: 'typed', text: 'wrong' });
  await key('enter');
  t.like(store.get().overlay, { error: { field: 0, text: 'not closed: the password is wrong' }, busy: false });
});

for (const [terminalTheme, theme, said] of [
  ['dark', 'light', 'theme light'],
  ['16', 'dark', 'this terminal shows 16 colours; theme dark is kept for others'],
  ['none', 'light', 'no colours here, as NO_COLOR or the terminal says; theme light is kept for others'],
  ['16', 'none', 'theme none'],
] as const) {
  test(`.theme ${theme} on a terminal of theme ${terminalTheme} says what it does here`, async (t) => {
    const { say, store } = await openChat(t, { terminalTheme });
    await say(`.theme ${theme}`);
    t.is(store.get().settings.theme, theme);
    t.is(store.get().notice?.text, said);
  });
}

test('settings, pages and short commands work', async (t) => {
  const { say, key, store, outside, client, settle } = await openChat(t);
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
  for (const line of [
    '.help',
    '.whoami',
    '.fingerprints',
    '.users',
    '.rooms',
    '.list_files',
    '.transfers',
    '.devices',
  ]) {
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

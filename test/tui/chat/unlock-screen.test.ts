import test, { type ExecutionContext } from 'ava';
import { textOf } from '../../../src/tui/state/editor.ts';
import type { UserInput } from '../../../src/tui/terminal/gate.ts';
import { strings } from '../../../src/tui/text/strings.ts';
import { transfer } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

/** A chat whose profile has a lock. */
async function open(t: ExecutionContext) {
  const chat = await openChat(t, (client) => {
    client.lock = { after: 15 * 60_000 };
    client.fill('#lobby', 3);
  });
  const take = async (...inputs: UserInput[]) => {
    for (const input of inputs) chat.actions.take(input);
    await chat.settle();
  };
  const write = (text: string): UserInput => ({ type: 'text', text });
  return { ...chat, take, write, lock: () => chat.store.get().lock };
}

test('.lock covers the screen at once, and the passphrase opens it', async (t) => {
  const { say, key, line, lock, calls, take, write } = await open(t);
  await say('.lock');
  t.not(lock(), null);
  await take(write('correct horse'));
  t.is(textOf(lock()?.field ?? { before: '', after: '' }), 'correct horse');
  await key('enter');
  t.is(lock(), null);
  t.deepEqual(calls('checkPassphrase'), [['correct horse']]);
  t.is(line(), '');
  t.deepEqual(calls('queue'), []);
});

test('a wrong passphrase is said and leaves the state, and the screen stays covered', async (t) => {
  const { say, key, lock, take, write } = await open(t);
  await say('.lock');
  await take(write('battery staple'));
  await key('enter');
  t.deepEqual(lock(), { field: { before: '', after: '' }, error: strings.lock.wrong, busy: false });
  await take(write('correct horse'));
  t.is(lock()?.error, null);
  await key('enter');
  t.is(lock(), null);
});

test('while it is checked, the passphrase is not in the state, and keys do nothing', async (t) => {
  const { say, client, actions, lock, take, write, calls, line } = await open(t);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  client.checkPassphrase = () => promise;
  await say('.lock');
  await take(write('correct horse'));
  actions.take({ type: 'key', key: 'enter' });
  t.deepEqual(lock(), { field: { before: '', after: '' }, error: null, busy: true });
  await take(write('for nobody'), { type: 'key', key: 'enter' });
  resolve(true);
  await take();
  t.is(lock(), null);
  t.is(line(), '');
  t.deepEqual(calls('queue'), []);
});

test('a profile that cannot be read is said in the form', async (t) => {
  const { say, client, key, lock, take, write } = await open(t);
  await say('.lock');
  client.failures.set('checkPassphrase', new Error('profile.key is damaged'));
  await take(write('correct horse'));
  await key('enter');
  t.is(lock()?.error, 'profile.key is damaged');
  await key('enter');
  t.is(lock()?.error, 'profile.key is damaged', 'an empty passphrase is not asked about');
});

test('Ctrl+C and Ctrl+Q leave a covered screen, also while a transfer is under way', async (t) => {
  const { say, key, outside, client, settle } = await open(t);
  client.emit({ type: 'transfer', transfer: transfer() });
  await settle();
  await say('.lock');
  await key('ctrl+c');
  t.deepEqual(outside, ['quit']);
  await key('ctrl+q');
  t.deepEqual(outside, ['quit', 'quit']);
});

test('no other key reaches the chat behind it', async (t) => {
  const { say, key, store, outside, take, calls, lock } = await open(t);
  await say('.lock');
  const { lock: _, now: __, ...before } = store.get();
  await key('f1', 'ctrl+k', 'ctrl+f', 'f2', 'f6', 'escape', 'up', 'pgup', 'alt+a', 'ctrl+o', 'tab', 'ctrl+n', 'alt+l');
  await take({ type: 'paste', text: 'a paste' }, { type: 'mouse', action: 'press', x: 3, y: 3 });
  const { lock: ___, now: ____, ...after } = store.get();
  t.deepEqual(after, before);
  t.not(lock(), null);
  await key('ctrl+l', 'ctrl+z');
  t.deepEqual(outside, ['redraw', 'suspend']);
  t.deepEqual(calls('queue'), []);
});

test('messages behind a covered screen are not marked as read', async (t) => {
  const { say, client, calls, settle, key, take, write, clock } = await open(t);
  clock.advance(5000);
  await settle();
  await say('.lock');
  const before = calls('markRead').length;
  client.receive({ text: 'psst', id: 'new' });
  await settle();
  clock.advance(5000);
  await settle();
  t.is(calls('markRead').length, before);
  await take(write('correct horse'));
  await key('enter');
  clock.advance(5000);
  await settle();
  t.true(calls('markRead').length > before);
});

test('.lock is refused when the profile has no lock', async (t) => {
  const { say, notice, store } = await openChat(t);
  await say('.lock');
  t.is(notice(), strings.lock.none);
  t.is(store.get().lock, null);
});

test('the screen is covered some time after the last key, and the line is there again afterwards', async (t) => {
  const { clock, idle, key, lock, line, take, write } = await open(t);
  await take(write('half a line'));
  const pass = async (minutes: number) => {
    for (let n = 0; n < minutes; n++) {
      clock.advance(60_000);
      await idle.tick();
    }
  };
  await pass(14);
  await key('left');
  await pass(14);
  t.is(lock(), null);
  await pass(1);
  t.not(lock(), null);
  await take(write('correct horse'));
  await key('enter');
  t.is(lock(), null);
  t.is(line(), 'half a line');
});

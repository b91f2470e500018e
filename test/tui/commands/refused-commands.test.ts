/** Refused commands: what the notice says, and what stays in the line. */

import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { transfer } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('a reaction must be one emoji or its name; anything else stays in the line', async (t) => {
  const { say, key, calls, client, settle, notice, line, store, until } = await openChat(t);
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  const refused = async (word: string, answer: RegExp) => {
    await say(`.react ${word}`);
    await until(() => line() === `.react ${word}`);
    t.regex(notice(), answer);
    await key('ctrl+u');
    t.is(line(), '');
  };
  await refused('nonsense', /^nonsense is no emoji: \.react :smile: and Tab offers them by name$/);
  await refused(':haert:', /^:haert: is no emoji: did you mean .*:heart:/);
  await refused('heart', /^heart is no emoji: did you mean :heart:/);
  await refused('👍👍', /is no emoji/);
  await refused('👍 x', /is no emoji/);
  await refused('1', /is no emoji/);
  t.deepEqual(calls('react'), []);
  for (const emoji of ['👍🏽', '👩‍👩‍👧', '🇩🇪', '♥', '❤️', '1️⃣', ':tada:']) {
    const before = calls('react').length;
    await say(`.react ${emoji}`);
    await until(() => calls('react').length > before);
    t.is(calls('react').at(-1)?.[1], emoji === ':tada:' ? '🎉' : emoji);
  }
  t.is(store.get().notice, null);
});

test('a reaction is removed with the same emoji, whatever its length', async (t) => {
  const { say, calls, client, settle, until } = await openChat(t);
  client.receive({ text: 'from bob', id: 'b1' });
  await settle();
  for (const emoji of [':england:', '👩🏽‍❤️‍💋‍👨🏽']) {
    const before = calls('react').length;
    for (let more = 1; more <= 3; more++) {
      await say(`.react ${emoji}`);
      await until(() => calls('react').length === before + more);
    }
    t.deepEqual(
      calls('react')
        .slice(before)
        .map(([, , on]) => on),
      [true, false, true],
      emoji,
    );
  }
});

test('a command for an unreadable file stays in the line; a sent file leaves no notice', async (t) => {
  const { say, key, line, notice, client, settle } = await openChat(t);
  client.failures.set('upload', new ClientError('usage', 'there is no file /nope.txt'));
  await say('.file /nope.txt');
  await settle();
  t.is(line(), '.file /nope.txt');
  t.is(notice(), 'there is no file /nope.txt');
  await key('ctrl+c');
  client.failures.set('upload', new ClientError('refused', 'the server is full'));
  await say('.file /a.txt');
  await settle();
  t.is(line(), '');
  t.is(notice(), 'the server is full');
  await say('.file /a.txt');
  await settle();
  t.is(notice(), '');
});

test('a command without arguments is refused if it gets one', async (t) => {
  const { say, key, notice, line, outside, calls, store } = await openChat(t);
  await say('mine');
  for (const command of ['.quit smoking is hard', '.delete that', '.copy 3', '.rooms x', '.devices foo']) {
    await say(command);
    t.regex(
      notice(),
      /takes no argument; put one more \. in front to send the line as text|usage: \.devices \[end NAME\|NUMBER\|others\]/,
    );
    t.is(line(), command);
    t.is(store.get().overlay, null);
    await key('ctrl+u');
  }
  t.deepEqual(outside, []);
  t.deepEqual(calls('remove'), []);
});

test('a deleted message cannot be edited, deleted, copied, answered or reacted to', async (t) => {
  const { say, key, notice, answer, store, outside } = await openChat(t);
  await say('mine');
  store.dispatch({ type: 'focused', focus: 'messages' });
  await key('up', 'd');
  await answer('y');
  store.dispatch({ type: 'focused', focus: 'messages' });
  for (const pressed of ['e', 'd', 'c', 'r', '+']) {
    await key(pressed);
    t.is(notice(), 'there is no message to do that with', pressed);
    t.is(store.get().overlay, null);
    t.is(store.get().focus, 'messages');
  }
  t.deepEqual(outside, []);
});

test('the refusal for a transfer or an unknown person says what is possible', async (t) => {
  const { say, key, notice, client, settle } = await openChat(t);
  client.emit({ type: 'transfer', transfer: transfer({ name: 'a.bin', state: 'paused' }) });
  await settle();
  await say('.resume nope');
  t.is(notice(), 'no transfer nope to do that with: .transfers lists them');
  await key('ctrl+u');
  await say('.pause');
  t.is(notice(), 'no transfer is running');
  await say('.verify');
  t.regex(notice(), /^with whom\? \.verify NAME;/);
});

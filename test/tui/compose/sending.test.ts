import test from 'ava';
import type { Store } from '../../../src/tui/update/state-store.ts';
import { person } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';

test('Enter sends to the open conversation and empties the line', async (t) => {
  const { say, calls, chat, line } = await openChat(t);
  await say('hello all');
  t.deepEqual(calls('queue'), [['#lobby', 'hello all', {}]]);
  t.is(line(), '');
  t.is(chat().threads['#lobby']?.messages.at(-1)?.state, 'sent');
});

test('@name sends privately; with an unknown name the line stays', async (t) => {
  const { say, calls, notice } = await openChat(t);
  await say('@bob:psst');
  t.regex(notice(), /sent to @bob alone/);
  await say('@nobody hi');
  t.deepEqual(calls('queue'), [['@bob', 'psst', {}]]);
  t.regex(notice(), /nobody is called nobody/);
});

test('an unknown command is never sent and stays in the line', async (t) => {
  const { say, calls, notice, line } = await openChat(t);
  await say('.flie secret.txt');
  t.deepEqual(calls('queue'), []);
  t.is(notice(), 'unknown command .flie: did you mean .file? put one more . in front to send it as text');
  t.is(line(), '.flie secret.txt');
});

test('a changed key blocks sending until the person accepts it', async (t) => {
  const { say, key, calls, store, answer } = await openChat(t, (client) => {
    client.everybody = [person('alice'), person('bob', { changedTo: 'cc' })];
  });
  await say('@bob secret');
  t.deepEqual(calls('queue'), []);
  t.is(store.get().overlay?.kind, 'fingerprint');
  await key('enter');
  t.deepEqual(calls('acceptKey'), [], 'an Enter that comes before it can have been read');
  await answer('enter');
  t.deepEqual(calls('acceptKey'), [['bob']]);
  await key('enter');
  t.deepEqual(calls('queue'), [['@bob', 'secret', {}]]);
});

test('sending asks if the conversation changed while the person was typing', async (t) => {
  const { store, key, calls, clock, answer } = await openChat(t);
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

/** The question that is shown. */

const asked = (store: Store) => {
  const { overlay } = store.get();
  return overlay?.kind === 'confirm' ? overlay.question : null;
};

test('a long paste goes into the line and is sent only where the line is sent', async (t) => {
  const { actions, key, calls, store, line, chat, answer } = await openChat(t);
  const text = Array.from({ length: 110 }, (_, i) => `line ${i} ${'x'.repeat(40)}`).join('\n');
  store.dispatch({ type: 'typed', text: '@bob ' });
  // Terminals send the line ends of a paste in any form.
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

test('each part of a long answer is an answer, and an edited message stays one message', async (t) => {
  const { actions, key, calls, client, settle, store, say, notice, line, answer } = await openChat(t);
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
      ['#lobby', { reply: { author: 'bob', id: 'b1' } }],
      ['#lobby', { reply: { author: 'bob', id: 'b1' } }],
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

test('text beyond the limit of the line is refused with a sentence', async (t) => {
  const { actions, notice, line, settle } = await openChat(t);
  actions.take({ type: 'paste', text: 'é'.repeat(30_000) });
  t.is(line().length, 30_000);
  actions.take({ type: 'paste', text: 'é'.repeat(3000) });
  await settle();
  t.regex(notice(), /^too long: 66,000 bytes, the line holds 65,536; send a file with Ctrl\+O$/);
  t.is(line().length, 30_000);
});

test('an Enter that arrives with the question does not answer it, nor does a letter of a word', async (t) => {
  const { key, say, calls, store, actions, clock } = await openChat(t);
  await say('mine');
  await say('.delete');
  await key('enter');
  t.is(asked(store)?.ask, 'delete', 'too soon to have been read');
  for (const letter of 'oh yes no') actions.take({ type: 'text', text: letter });
  clock.advance(1000);
  await key('enter');
  t.is(asked(store)?.ask, 'delete');
  t.deepEqual(calls('remove'), []);
  clock.advance(600);
  await key('enter');
  t.deepEqual(calls('remove'), [['q1']], 'a moment after the last letter it is one');
  await say('another');
  await say('.delete');
  actions.take({ type: 'text', text: 'y' });
  clock.advance(1000);
  await key('enter');
  t.is(calls('remove').length, 1, 'a y that comes with the question');
  await key('escape');
  await say('.delete');
  clock.advance(1000);
  actions.take({ type: 'text', text: 'n' });
  t.is(asked(store), null);
  await say('.delete');
  clock.advance(1000);
  actions.take({ type: 'text', text: 'y' });
  t.is(calls('remove').length, 2);
});

test('@bob, followed by a comma, asks in a room who is meant; in a private conversation it is text', async (t) => {
  const { key, say, calls, store, line, answer, controller } = await openChat(t);
  await say('@bob, look here');
  t.deepEqual(asked(store), { ask: 'send', to: '#lobby', lines: 1, messages: 1, hasty: false, addressed: 'bob' });
  await answer('escape');
  t.is(line(), '@bob, look here');
  t.deepEqual(calls('queue'), []);
  await key('enter');
  await answer('enter');
  t.deepEqual(calls('queue'), [['#lobby', '@bob, look here', {}]]);
  controller.open('@carol');
  await say('@bob, of all people');
  t.deepEqual(calls('queue').at(-1), ['@carol', '@bob, of all people', {}]);
});

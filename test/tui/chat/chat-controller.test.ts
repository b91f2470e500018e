import test from 'ava';
import { ChatController } from '../../../src/tui/chat/chat-controller.ts';
import { defaultSettings, initialState } from '../../../src/tui/state/state.ts';
import { Store } from '../../../src/tui/update/state-store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';
import { file, noon } from '../../helpers/screen/messages.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { until } from '../../helpers/until.ts';

test('.reconnect tries a lost link at once, and says so if the link is up or closed', async (t) => {
  const { say, calls, client, notice, settle } = await openChat(t);
  await say('.reconnect');
  t.is(notice(), 'the link is up');
  client.emit({ type: 'link', link: { state: 'waiting', retryAt: 0, reason: 'cut' } });
  await settle();
  await say('.reconnect');
  t.deepEqual(calls('reconnect'), [[]]);
  client.emit({ type: 'link', link: { state: 'closed', reason: 'another key', code: 'key-changed' } });
  await settle();
  await say('.reconnect');
  t.is(calls('reconnect').length, 1);
});

test('work in progress when the person leaves causes no error', async (t) => {
  const { store, client, key, settle, say } = await openChat(t);
  const late = Promise.withResolvers<void>();
  const { queue, transfers } = client;
  client.queue = async (...args) => {
    await late.promise;
    return queue.apply(client, args);
  };
  client.transfers = async () => {
    await late.promise;
    return transfers.apply(client);
  };
  await say('@bob bye');
  await say('.transfers');
  store.dispatch({ type: 'typed', text: 'bye' });
  await key('enter');
  store.dispatch({ type: 'left' });
  late.resolve();
  await settle();
  t.deepEqual(
    client.calls.filter(([name]) => name === 'queue').map(([, , text]) => text),
    ['bye', 'bye'],
  );
});

test('a session that fails to begin closes its client', async (t) => {
  const [client, clock] = [new FakeClient(), manualClock(noon)];
  const store = new Store(initialState({ columns: 120, rows: 30 }, defaultSettings, noon), clock);
  client.failures.set('people', new Error('the link is lost'));
  const controller = new ChatController({ client, store, clock, onMessage: () => {} });
  await t.throwsAsync(controller.begin({}), { message: 'the link is lost' });
  t.true(client.closed);
  t.is(store.get().screen.name, 'login');
});

test('a controller begins without a link, and lists the files at the next one', async (t) => {
  const [client, clock] = [new FakeClient(), manualClock(noon)];
  const store = new Store(initialState({ columns: 120, rows: 30 }, defaultSettings, noon), clock);
  const listed = Promise.withResolvers<void>();
  const { files } = client;
  client.allFiles = [file()];
  client.files = async () => {
    await listed.promise;
    return files.apply(client);
  };
  const controller = new ChatController({ client, store, clock, onMessage: () => {} });
  const begun = controller.begin({}).then(() => controller.listFiles());
  await until(() => store.get().screen.name === 'chat');
  client.emit({ type: 'link', link: { state: 'waiting', retryAt: 0, reason: 'cut' } });
  await begun;
  listed.resolve();
  await until(() => Object.keys(controller.chat.files).length === 1);
  await controller.end();
  t.true(client.closed);
});

test('seen messages are marked read, and unseen ones are counted', async (t) => {
  const { client, settle, calls, chat, key } = await openChat(t);
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
  const { client, settle, actions, calls } = await openChat(t);
  actions.take({ type: 'focus', focused: false });
  client.receive({ text: 'one' });
  await settle();
  t.deepEqual(calls('markRead'), []);
  actions.take({ type: 'focus', focused: true });
  await settle();
  t.deepEqual(calls('markRead'), [['#lobby', 1]]);
});

test('a page that could not be fetched is fetched when the link is back', async (t) => {
  const { client, chat, settle, notice, calls, controller } = await openChat(t, (fake) => fake.fill('@bob', 5));
  client.failures.set('history', new Error('the link is lost'));
  controller.open('@bob');
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

test('a page that failed with the link up is retried once after a while, and then when the person looks', async (t) => {
  const { client, chat, clock, settle, calls, controller, key } = await openChat(t, (fake) => fake.fill('@bob', 5));
  const fail = () => client.failures.set('history', new Error('the daemon is busy'));
  const asked = () => calls('history').filter(([name]) => name === '@bob').length;
  fail();
  controller.open('@bob');
  await settle();
  t.deepEqual([chat().threads['@bob']?.loaded, asked()], ['failed', 1]);
  fail();
  clock.advance(10_000);
  await settle();
  t.deepEqual([chat().threads['@bob']?.loaded, asked()], ['failed', 2]);
  clock.advance(100_000);
  await settle();
  t.is(asked(), 2);
  fail();
  controller.open('#lobby');
  controller.open('@bob');
  await settle();
  t.is(asked(), 3);
  await key('pgup');
  t.is(asked(), 4);
  t.is(chat().threads['@bob']?.messages.length, 5);
});

test('scrolling up fetches older history before it is needed', async (t) => {
  const { key, calls, chat } = await openChat(t, (client) => {
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

test('hidden characters in messages never reach the state', async (t) => {
  const { client, settle, chat } = await openChat(t);
  client.receive({ text: 'a\x1b[31mb\u202ec\u0007' });
  client.emit({ type: 'notice', text: 'x\x1b]0;y\x07' });
  await settle();
  t.notRegex(JSON.stringify([chat().threads['#lobby']?.messages]), /\\u001b|\u202e|\\u0007/);
});

test('a page that the cache lacks without a link is requested once, and again when the link is back', async (t) => {
  const { client, calls, key, settle } = await openChat(t, (fake) => {
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

test('history requested before a conversation moved is dropped, because its places are old', async (t) => {
  const { client, chat, controller, settle } = await openChat(t, (fake) => fake.fill('@bob', 5));
  const answers: (() => void)[] = [];
  const read = client.history.bind(client);
  client.history = async (...asked) => {
    const answer = await read(...asked);
    await new Promise<void>((resolve) => answers.push(resolve));
    return answer;
  };
  const seqs = () => chat().threads['@bob']?.messages.map(({ seq }) => seq);
  controller.open('@bob');
  await settle();
  client.store.set('@bob', client.store.get('@bob')?.map((one) => ({ ...one, seq: (one.seq ?? 0) - 1000 })) ?? []);
  client.emit({ type: 'moved', conversation: '@bob' });
  await settle();
  t.is(answers.length, 2);
  answers[0]?.();
  await settle();
  t.deepEqual([seqs(), chat().threads['@bob']?.loaded], [[], 'loading']);
  answers[1]?.();
  await settle();
  t.deepEqual(seqs(), [-999, -998, -997, -996, -995]);
});

/** Messages to people whom this profile never fetched, written without a link, wait like all others. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectChat, lines } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

/** Alice without a link, and Bob, whom she has not met; `back` brings the daemon back. */
async function cut(t: ExecutionContext) {
  const { daemon, dir, at } = await openDaemon(t);
  const { port, join: server } = at;
  const made = { server, password: 'secret', register: {} } as const;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', ...made });
  const alice = await connectChat(t, { user: 'alice', ...made, profile });
  await daemon.stop();
  await alice.event((event) => event.type === 'link' && event.link.state === 'waiting');
  const back = async () => {
    const again = await openDaemon(t, { dir, flags: { port: String(port) } });
    for (const { client } of [alice, bob]) client.reconnect();
    return again;
  };
  return { alice, bob, back, again: { user: 'alice', server, profile } as const };
}

test.serial('requests and messages wait for the link and go on when it is back', async (t) => {
  const { alice, bob, back } = await cut(t);
  const sending = alice.client.send('@bob', 'first');
  t.is((await alice.message('first')).state, 'sending');
  const second = await alice.client.queue('@bob', 'second');
  t.is(second.state, 'sending');
  const files = alice.client.files('@bob');
  const history = alice.client.history('@bob');
  await back();
  t.is((await sending).state, 'sent');
  t.is((await alice.message('second', ({ state }) => state !== 'sending')).id, second.id);
  await bob.message('second');
  t.deepEqual(await files, []);
  t.deepEqual((await history).gaps, []);
  const { messages, gaps } = await alice.client.history('@bob');
  t.deepEqual(
    lines(messages).map((line) => line.replace(/\(\w+\)/, '')),
    ['alice: first ', 'alice: second '],
  );
  t.deepEqual(gaps, []);
});

test.serial('a name without an account is refused once the link is back', async (t) => {
  const { alice, back } = await cut(t);
  const refused = { code: 'refused', message: /no user with that name/ };
  const asked = [alice.client.history('@nobody'), alice.client.files('@nobody')].map((call) =>
    t.throwsAsync<Error>(call, refused),
  );
  await back();
  await Promise.all(asked);
});

test.serial(
  'a message to an unknown name fails with a sentence and can be removed, also after a restart',
  async (t) => {
    const { alice, back, again } = await cut(t);
    await alice.client.queue('@nobody', 'anybody?');
    const sending = alice.client.send('@nobody', 'hello?');
    await alice.message('hello?');
    await back();
    await t.throwsAsync(sending, { code: 'refused', message: /no user with that name/ });
    t.regex((await alice.message('hello?', ({ state }) => state === 'failed')).error ?? '', /no user with that name/);
    await alice.client.close();
    const next = await connectChat(t, again);
    const listed = async () => (await next.client.conversations()).find(({ name }) => name === '@nobody');
    const [head, read, unread] = [0, 0, 0];
    await next.client.conversations();
    const { connection } = next.signedIn;
    const request = connection.request.bind(connection);
    const asked = new Set<string>();
    connection.request = (method, ...rest) => {
      asked.add(method);
      return request(method, ...rest);
    };
    const { messages } = await next.client.history('@nobody');
    t.deepEqual(await listed(), { name: '@nobody', head, read, unread, at: messages[1]?.sentAt ?? 0 });
    t.deepEqual(lines(messages), ['alice: anybody? (failed)', 'alice: hello? (failed)']);
    t.deepEqual((await next.client.history('@nobody', { limit: 1 })).messages, messages.slice(1));
    await t.throwsAsync(next.client.history('@nobody', { before: 9 }), { code: 'refused' });
    for (const message of messages) {
      await t.throwsAsync(next.client.retry(message.id), { code: 'refused', message: /no user with that name/ });
      t.truthy(await listed());
      await next.client.remove(message);
    }
    t.is(await listed(), undefined);
    t.deepEqual([...asked], ['cards'], 'who that is, and nothing of a conversation');
    await t.throwsAsync(next.client.history('@nobody'), { code: 'refused' });
  },
);

test.serial("listing files waits for the link, for everybody's and a known person's conversation", async (t) => {
  const { alice, bob, back } = await cut(t);
  const { daemon, dir } = await back();
  await alice.client.send('@bob', 'hello', { until: 'delivered' });
  await writeFile(join(dir, 'plan.txt'), 'plan');
  await bob.client.upload('@alice', join(dir, 'plan.txt'));
  await daemon.stop();
  await alice.event(({ type }) => type === 'link' && alice.client.link.state === 'waiting');
  const asked = Promise.all([alice.client.files(), alice.client.files('@bob'), alice.client.files('#lobby')]);
  await back();
  t.deepEqual(
    (await asked).map((files) => files.map(({ name }) => name)),
    [['plan.txt'], ['plan.txt'], []],
  );
});

test.serial('a waiting list of files is refused when the client is closed', async (t) => {
  const { alice } = await cut(t);
  const asked = alice.client.files();
  asked.catch(() => {});
  await alice.client.close();
  await t.throwsAsync(asked, { code: 'unreachable' });
});

test.serial('messages that wait when the program ends are sent by the next one', async (t) => {
  const { alice, bob, back, again } = await cut(t);
  await alice.client.queue('@bob', 'kept');
  await alice.client.close();
  await back();
  const next = await connectChat(t, again);
  await bob.message('kept');
  t.not((await next.message('kept', ({ state }) => state !== 'sending')).state, 'failed');
});

test.serial('a malformed name is refused at once, and nothing waits for the link', async (t) => {
  const { alice, back } = await cut(t);
  for (const name of ['#bob', 'x'.repeat(100), 'a b', ''])
    await t.throwsAsync(alice.client.queue(`@${name}`, 'hello?'), { code: 'usage', message: /is no conversation/ });
  await back();
  await alice.client.send('#lobby', 'goes on');
  t.deepEqual(lines((await alice.client.history('#lobby')).messages), ['alice: goes on (sent)']);
});

test.serial('a waiting message is shown in the conversation with its person and in no other', async (t) => {
  const { alice } = await cut(t);
  await alice.client.queue('@bob', 'for bob');
  await t.throwsAsync(alice.client.history('#bob'), { code: 'refused' });
});

test.serial(
  'messages written without a link are sent first, even if the daemon was too busy to look up the person',
  async (t) => {
    const { alice, bob, back } = await cut(t);
    await alice.client.queue('@bob', 'first');
    const { keyring } = alice.signedIn;
    const cardOf = keyring.cardOf.bind(keyring);
    let asked = 0;
    keyring.cardOf = (name) => (asked++ === 0 ? Promise.reject(new Refusal('busy', 'busy')) : cardOf(name));
    await back();
    await until(() => asked > 0);
    await alice.client.queue('@bob', 'second');
    await bob.message('first');
    await bob.message('second');
    t.deepEqual(lines((await bob.client.history('@alice')).messages), ['alice: first (sent)', 'alice: second (sent)']);
  },
);

test.serial('a failed message to a removed account is listed until it is removed', async (t) => {
  const { alice, back, again } = await cut(t);
  const { dir, reload } = await back();
  // She knows his key and has no conversation with him.
  await alice.client.history('@bob');
  t.false((await alice.client.conversations()).some(({ name }) => name === '@bob'));
  const path = join(dir, 'users.txt');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/^bob:.*\n/m, ''));
  await reload();
  await t.throwsAsync(alice.client.send('@bob', 'hello?'), { code: 'refused' });
  await alice.client.close();
  const next = await connectChat(t, again);
  const names = async () => (await next.client.conversations()).map(({ name }) => name);
  t.deepEqual(await names(), ['@bob', '#lobby']);
  const [failed] = (await next.client.history('@bob')).messages;
  t.is(failed?.state, 'failed');
  if (failed !== undefined) await next.client.remove(failed);
  t.deepEqual(await names(), ['#lobby']);
});

/** A daemon that keeps Bob's former identity in the lobby: messages it signs are not shown as Bob's. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectChat, type TestChat, textOf } from '../helpers/client/chat.ts';
import { fixtureRsa } from '../helpers/client/sign-in.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const password = 'correct horse';

test('messages, files and reactions of Bob’s former key in the lobby are shown as of a former key', async (t) => {
  const { at, dir, script } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const before = await connectChat(t, { user: 'bob', server, password, register: {} });
  const { id: told } = await alice.client.send('#lobby', 'told by alice');
  await before.client.send('#lobby', 'by the Bob of then');
  t.false((await alice.message('by the Bob of then')).formerKey);

  // The operator resets Bob's account, and the daemon removes nobody from the lobby.
  const users = join(dir, 'users.txt');
  await writeFile(users, (await readFile(users, 'utf8')).replace(/^bob:.*\n/m, ''));
  script.answers.ping = async ({ context, honest }) => {
    delete script.answers.ping;
    await context.accounts.reload();
    return honest();
  };
  await alice.signedIn.connection.request('ping', {});
  script.answers['log-append'] = () => {
    throw new Refusal('not-permitted', 'not you');
  };
  const attempt = { user: 'bob', server, password, register: {} } as const;
  const after = await connectChat(t, attempt, { rsa: fixtureRsa('carol') });
  await alice.client.safetyNumber('bob');
  await alice.client.acceptKey('bob');
  await alice.event((event) => event.type === 'moved' && event.conversation === '#lobby');

  await before.client.send('#lobby', 'pay it to this account');
  const paid = await alice.message('pay it to this account');
  t.like(paid, { from: 'bob', formerKey: true, verified: false });
  const path = join(await temporaryFolder(t), 'bill.txt');
  await writeFile(path, 'to this account');
  await before.client.upload('#lobby', path);
  t.like(await alice.message('bill.txt'), { formerKey: true, body: { file: { formerKey: true } } });
  t.deepEqual(
    (await alice.client.files('#lobby')).map(({ from, formerKey }) => [from, formerKey]),
    [['bob', true]],
  );
  const his = (await before.client.history('#lobby')).messages.find(({ id }) => id === told);
  if (his === undefined) return t.fail('not there');
  await before.client.react(his, '👍', true);
  await alice.event((event) => event.type === 'message' && Object.keys(event.message.reactions).length > 0);

  const shown = async ({ client }: TestChat) =>
    (await client.history('#lobby')).messages.map((message) => [message.from, message.formerKey, textOf(message)]);
  t.deepEqual(await shown(alice), [
    ['alice', false, 'told by alice'],
    ['bob', true, 'by the Bob of then'],
    ['bob', true, 'pay it to this account'],
    ['bob', true, 'bill.txt'],
  ]);
  const [first] = (await alice.client.history('#lobby')).messages;
  t.deepEqual({ ...first?.reactions }, { '👍': ['bob (former key)'] });

  // Messages of Bob's current key are Bob's.
  await after.client.send('@alice', 'I am back');
  t.false((await alice.message('I am back')).formerKey);
});

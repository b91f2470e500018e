/** The lobby: newcomers get keys, leavers do not, and its log cannot be falsified. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Entry } from '../../src/protocol/wire/fields.ts';
import { connectChat, lines, startChat } from '../helpers/client/chat.ts';
import { loggedInClient } from '../helpers/client/client.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

test.serial('three people write, and nobody sees a gap', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const carol = await connectChat(t, { user: 'carol', server, password, register });
  const all = [alice, bob, carol];
  await Promise.all(all.map((chat) => chat.client.send('#lobby', `from ${chat.client.me.name}`)));
  for (const chat of all) for (const name of ['alice', 'bob', 'carol']) await chat.message(`from ${name}`);
  for (let i = 0; i < 5; i++) await Promise.all(all.map((chat) => chat.client.send('#lobby', `${i}`)));
  for (const chat of all) {
    const { messages, gaps } = await chat.client.history('#lobby');
    t.is(messages.length, 18);
    t.deepEqual(gaps, []);
  }
});

test.serial('a newcomer is granted the current key by a member who is online', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  await alice.client.send('#lobby', 'before bob');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  // Under a key that is older than his join, which only she can have granted.
  await bob.message('before bob');
  await bob.client.send('#lobby', 'from bob');
  await alice.message('from bob');
  const { messages, gaps } = await bob.client.history('#lobby');
  t.deepEqual(lines(messages), ['alice: before bob (sent)', 'bob: from bob (sent)']);
  t.deepEqual(gaps, []);
});

test.serial('with nobody online a newcomer makes a key, and members who return read on', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const alice = await connectChat(t, { user: 'alice', server, password, register, profile });
  await alice.client.send('#lobby', 'one');
  await alice.client.close();
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await bob.client.send('#lobby', 'two');
  const back = await connectChat(t, { user: 'alice', server, profile });
  await back.message('two');
  await back.client.send('#lobby', 'three');
  await bob.message('three');
  t.deepEqual(lines((await back.client.history('#lobby')).messages), [
    'alice: one (sent)',
    'bob: two (sent)',
    'alice: three (sent)',
  ]);
  const his = await bob.client.history('#lobby');
  t.deepEqual(lines(his.messages), ['bob: two (sent)', 'alice: three (sent)']);
  t.deepEqual(his.gaps, [], 'what was said before he came is not missing');
});

test.serial('a newcomer can write even if the maker of the current key is gone', async (t) => {
  const { at, dir, reload } = await openDaemon(t);
  const { join: server } = at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await bob.client.send('#lobby', 'from bob');
  await bob.client.close();
  // The remaining member was never in the lobby and is offline.
  (await loggedInClient(t, at, 'alice')).socket.destroy();
  const users = await readFile(join(dir, 'users.txt'), 'utf8');
  await writeFile(join(dir, 'users.txt'), users.replace(/^bob:.*\n/m, ''));
  await reload();
  const carol = await connectChat(t, { user: 'carol', server, password, register });
  await carol.client.send('#lobby', 'from carol');
  const { messages, gaps } = await carol.client.history('#lobby');
  t.deepEqual(lines(messages), ['carol: from carol (sent)']);
  t.deepEqual(gaps, []);
});

test.serial('hidden, changed or moved messages in the lobby are gaps', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const signedIn = await signInAs(t, { user: 'bob', server, password, register });
  let seen = 0;
  const bob = await startChat(
    t,
    tamperedLogin(signedIn, {
      entry: (entry: Entry) => {
        if (entry.kind !== 'message') return [entry];
        seen = Math.max(seen, entry.seq);
        const nth = entry.from === 'alice' ? order.indexOf(entry.seq) : -1;
        if (entry.from === 'alice' && nth === -1) order.push(entry.seq);
        const n = order.indexOf(entry.seq) + 1;
        if (n === 2) return [];
        if (n === 3) return [{ ...entry, bytes: entry.bytes.map((byte, i) => (i === 300 ? byte ^ 1 : byte)) }];
        return [entry];
      },
    }),
  );
  const order: number[] = [];
  for (const text of ['m1', 'm2', 'm3', 'm4']) await alice.client.send('#lobby', text);
  await bob.message('m4');
  const { messages, gaps } = await bob.client.history('#lobby');
  t.deepEqual(lines(messages), ['alice: m1 (sent)', 'alice: m4 (sent)']);
  t.deepEqual(
    gaps.map(({ reason }) => reason),
    ['unreadable', 'missing'],
  );
});

test.serial('a falsified log closes the lobby and nothing else', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const signedIn = await signInAs(t, { user: 'bob', server, password, register });
  const bob = await startChat(
    t,
    tamperedLogin(signedIn, {
      entry: (entry) =>
        entry.kind === 'log' && entry.from === 'alice'
          ? [{ ...entry, bytes: entry.bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)) }]
          : [entry],
    }),
  );
  await bob.event((event) => event.type === 'notice' && /log entry/.test(event.text));
  await t.throwsAsync(bob.client.send('#lobby', 'x'));
  await bob.client.send('@alice', 'privately', { until: 'delivered' });
  await alice.message('privately');
});

test.serial('another lobby than the pinned one is refused', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  await (await connectChat(t, { user: 'alice', server, password, register, profile })).client.close();
  const signedIn = await signInAs(t, { user: 'alice', server, profile });
  const other = tamperedLogin(signedIn, {});
  Object.defineProperty(other.connection, 'welcome', {
    value: { ...signedIn.connection.welcome, lobby: new Uint8Array(32).fill(9) },
  });
  await t.throwsAsync(startChat(t, other), { name: 'ClientError', code: 'untrusted' });
});

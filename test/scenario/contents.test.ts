/** Answers, edits, deletions, reactions and files between two clients and the real daemon. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connectChat, lines, textOf } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

test.serial('answers, edits, reactions and deletions reach the other side and the history', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const sent = await alice.client.send('@bob', 'a tpyo', { until: 'delivered' });
  const got = await bob.message('a tpyo');
  await bob.client.queue('@alice', 'you mean typo', { reply: got });
  const reply = await alice.message('you mean typo');
  t.deepEqual(reply.body, {
    kind: 'reply',
    to: { author: alice.client.me.fingerprint, id: sent.id },
    text: 'you mean typo',
  });
  await alice.client.edit(sent, 'a typo');
  await bob.message('a typo', ({ edited, id }) => edited && id === sent.id);
  await bob.client.react(got, '👍', true);
  await alice.message('a typo', ({ reactions }) => reactions['👍']?.[0] === 'bob');
  await t.throwsAsync(bob.client.react(got, 'constructor', true), { instanceOf: ClientError, code: 'usage' });
  await bob.client.react(got, '👍', false);
  await alice.message('a typo', ({ reactions, edited }) => edited && Object.keys(reactions).length === 0);
  await t.throwsAsync(bob.client.edit(got, 'mine now'), { instanceOf: ClientError, code: 'refused' });
  await alice.client.remove(sent);
  await bob.message('', ({ deleted }) => deleted);
  for (const [chat, name] of [
    [alice, '@bob'],
    [bob, '@alice'],
  ] as const) {
    const { messages, gaps } = await chat.client.history(name);
    t.deepEqual(messages.map(textOf), ['', 'you mean typo']);
    t.true(messages[0]?.deleted);
    t.deepEqual(gaps, []);
  }
  t.is((await bob.client.conversations()).find(({ name }) => name === '@alice')?.unread, 1);
});

test.serial('a file is uploaded, listed from its manifest, and downloaded', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const path = join(dir, 'a b.txt');
  await writeFile(path, 'what is in it');
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const sent = await alice.client.upload('@bob', path);
  const shown = await bob.message('a b.txt');
  t.is(shown.body.kind, 'file');
  const [listed] = await bob.client.files('@alice');
  t.deepEqual(listed && { ...listed, conversation: sent.conversation }, { ...sent, saved: null });
  t.deepEqual(await bob.client.files('#lobby'), []);
  const saved = await bob.client.download(sent, { dir: await temporaryFolder(t) });
  t.is(basename(saved), 'a b.txt');
  t.is(await readFile(saved, 'utf8'), 'what is in it');
  await alice.client.upload('#lobby', path);
  await bob.message('a b.txt', ({ conversation }) => conversation === '#lobby');
  t.is((await bob.client.files()).length, 2);
  await t.throwsAsync(bob.client.download({ ...sent, author: '00'.repeat(32) }, { dir }), { code: 'refused' });
  await t.throwsAsync(bob.client.download({ ...sent, id: '00'.repeat(16) }, { dir }), {
    instanceOf: ClientError,
    code: 'refused',
  });
});

test.serial('invalid content is refused with a sentence before anything is stored', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  await connectChat(t, { user: 'bob', server, password, register });
  const usage = { instanceOf: ClientError, code: 'usage' };
  const refused = { instanceOf: ClientError, code: 'refused' };
  await t.throwsAsync(alice.client.queue('@bob', ''), usage);
  await t.throwsAsync(alice.client.queue('@bob', 'x'.repeat(4097)), usage);
  await t.throwsAsync(alice.client.queue('@nobody', 'x'), refused);
  await t.throwsAsync(alice.client.queue('#nowhere', 'x'), refused);
  await t.throwsAsync(
    alice.client.queue('@bob', 'x', { reply: { author: alice.client.me.fingerprint, id: '00'.repeat(16) } }),
    refused,
  );
  await t.throwsAsync(alice.client.retry('00'.repeat(16)), refused);
  t.deepEqual((await alice.client.history('@bob')).messages, []);
  await alice.client.send('@bob', 'x'.repeat(4096), { until: 'delivered' });
});

test.serial('notes to oneself, people and safety numbers work', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  t.is((await alice.client.send('@alice', 'milk', { until: 'delivered' })).state, 'delivered');
  t.deepEqual(lines((await alice.client.history('@alice')).messages), ['alice: milk (delivered)']);
  t.is(await alice.client.safetyNumber('bob'), await bob.client.safetyNumber('alice'));
  await alice.client.setVerified('bob', true);
  t.like(
    (await alice.client.people()).find(({ name }) => name === 'bob'),
    {
      online: true,
      verified: true,
      changedTo: null,
      fingerprint: bob.client.me.fingerprint,
    },
  );
  await bob.client.send('@alice', 'hello');
  t.true((await alice.message('hello')).verified);
  await bob.client.close();
  await alice.event(
    ({ ...event }) => event.type === 'people' && event.people.some((one) => one.name === 'bob' && !one.online),
  );
  t.is((await alice.client.devices()).length, 1);
  t.is((await alice.client.endDevice(null)).ended, 0);
});

test.serial('a wrong clock does not change the order', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const hourAgo = { ...systemClock, now: () => Date.now() - 3_600_000 };
  const bob = await connectChat(t, { user: 'bob', server, password, register }, { clock: hourAgo });
  await alice.client.send('@bob', 'first', { until: 'delivered' });
  await bob.client.send('@alice', 'second');
  const second = await alice.message('second');
  t.true(second.sentAt < second.at - 3_000_000, 'his clock is kept');
  for (const [chat, name] of [
    [alice, '@bob'],
    [bob, '@alice'],
  ] as const) {
    const { messages } = await chat.client.history(name);
    t.deepEqual(messages.map(textOf), ['first', 'second']);
    t.true((messages[0]?.at ?? 0) <= (messages[1]?.at ?? 0));
  }
});

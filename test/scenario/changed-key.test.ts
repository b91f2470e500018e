/** Bob lost his keys and registers again: a new identity under the same name, and a new conversation. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { connectChat, lines, type TestChat, textOf } from '../helpers/client/chat.ts';
import { fixtureRsa, rsaInTurn } from '../helpers/client/sign-in.ts';
import { type InProcessDaemon, openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

type Name = 'bob' | 'carol';

/** Removes these accounts, as the operator does. */
async function takeAway(daemon: InProcessDaemon, names: readonly Name[]): Promise<void> {
  const path = join(daemon.dir, 'users.txt');
  const users = await readFile(path, 'utf8');
  await writeFile(path, users.replace(new RegExp(`^(${names.join('|')}):.*\\n`, 'gm'), ''));
  await daemon.reload();
}

/** Removes Bob's account and registers it again with other keys. */
async function bobAgain(t: ExecutionContext, daemon: InProcessDaemon): Promise<TestChat> {
  await takeAway(daemon, ['bob']);
  const attempt = { user: 'bob', server: daemon.at.join, password, register } as const;
  return connectChat(t, attempt, { rsa: fixtureRsa('carol') });
}

/** Bob and Carol have new keys that Alice did not accept. In the lobby Bob writes, then Carol under an epoch of hers, then Bob twice under that. */
async function twoNewKeys(t: ExecutionContext): Promise<{ alice: TestChat; profile: string; server: string }> {
  const daemon = await openDaemon(t);
  const { join: server } = daemon.at;
  const profile = join(await temporaryFolder(t), 'alice');
  const alice = await connectChat(t, { user: 'alice', server, password, register, profile });
  for (const user of ['bob', 'carol'] as const) {
    const before = await connectChat(t, { user, server, password, register });
    await before.client.send('#lobby', `old ${user}`);
    await alice.message(`old ${user}`);
    await before.client.close();
  }
  await takeAway(daemon, ['bob', 'carol']);
  const bob = await connectChat(
    t,
    { user: 'bob', server, password, register },
    { rsa: rsaInTurn('mallory-identity', 'spare') },
  );
  await bob.client.send('#lobby', 'bob 1');
  const carol = await connectChat(
    t,
    { user: 'carol', server, password, register },
    { rsa: rsaInTurn('mallory-encryption', 'spare') },
  );
  await carol.client.send('#lobby', 'carol 1');
  await bob.message('carol 1');
  for (const text of ['bob 2', 'bob 3']) await bob.client.send('#lobby', text);
  return { alice, profile, server };
}

test.serial('messages under the old key stay, before those under the new one', async (t) => {
  const daemon = await openDaemon(t);
  const { join: server } = daemon.at;
  const profile = join(await temporaryFolder(t), 'alice');
  const alice = await connectChat(t, { user: 'alice', server, password, register, profile });
  const before = await connectChat(t, { user: 'bob', server, password, register });
  await alice.client.send('@bob', 'old 1', { until: 'delivered' });
  await before.client.send('@alice', 'old 2');
  await before.client.send('@alice', 'old 3');
  await alice.message('old 3');
  await alice.client.setVerified('bob', true);
  t.true((await alice.client.history('@bob')).messages.every(({ verified }) => verified));
  await before.client.close();

  const after = await bobAgain(t, daemon);
  // Once the change is known, nothing is queued for the old key.
  await alice.client.safetyNumber('bob');
  await t.throwsAsync(alice.client.send('@bob', 'too soon'), { instanceOf: ClientError, code: 'key-changed' });
  await alice.client.acceptKey('bob');
  await alice.event((event) => event.type === 'moved' && event.conversation === '@bob');
  await alice.client.send('@bob', 'new 1', { until: 'delivered' });
  await after.client.send('@alice', 'new 2');
  t.is((await alice.message('new 2')).seq, 3, 'places under the key of now begin with 1, the receipt included');
  await alice.client.setVerified('bob', true);

  const all = ['alice: old 1 (delivered)', 'bob: old 2 (sent)', 'bob: old 3 (sent)'];
  all.push('alice: new 1 (delivered)', 'bob: new 2 (sent)');
  const check = async ({ client }: TestChat) => {
    const { messages, gaps, more } = await client.history('@bob');
    t.deepEqual(lines(messages), all);
    t.deepEqual(gaps, []);
    t.false(more);
    const seqs = messages.map(({ seq }) => seq ?? 0);
    t.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
    t.deepEqual(
      messages.map(({ from, verified }) => from === 'alice' || verified),
      [true, false, false, true, true],
      'his new key was compared, not the old one',
    );
    // Page by page, like a person who scrolls.
    const paged: string[] = [];
    for (let page = await client.history('@bob', { limit: 2 }); ; ) {
      paged.unshift(...lines(page.messages));
      const first = page.messages[0]?.seq;
      if (!page.more || first == null) break;
      page = await client.history('@bob', { limit: 2, before: first });
    }
    t.deepEqual(paged, all);
    const [listed, ...more2] = (await client.conversations()).filter(({ name }) => name === '@bob');
    t.deepEqual(more2, [], 'one conversation');
    t.is(listed?.unread, 1);
  };
  await check(alice);
  t.deepEqual((await after.client.history('@alice')).messages.map(textOf), ['new 1', 'new 2']);
  await alice.client.close();
  const again = await connectChat(t, { user: 'alice', server, profile });
  await check(again);
  const [old] = (await again.client.history('@bob')).messages;
  if (old === undefined) return t.fail('nothing is left');
  await t.throwsAsync(again.client.queue('@bob', 'an answer', { reply: old }), { code: 'refused' });
  await again.client.markRead('@bob', old.seq ?? 0);
});

test.serial('a message written for the old key is never sealed to the new one', async (t) => {
  const daemon = await openDaemon(t);
  const { join: server } = daemon.at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const before = await connectChat(t, { user: 'bob', server, password, register });
  await alice.client.send('@bob', 'hello', { until: 'delivered' });
  const path = join(await temporaryFolder(t), 'old.txt');
  await writeFile(path, 'from the old bob');
  const file = await before.client.upload('@alice', path);
  await alice.message('old.txt');
  await before.client.close();
  alice.signedIn.connection.link?.destroy();
  await alice.event((event) => event.type === 'link' && event.link.state === 'waiting');
  const secret = await alice.client.queue('@bob', 'for the bob I know');
  const after = await bobAgain(t, daemon);
  const failed = await alice.message('for the bob I know', ({ state }) => state !== 'sending');
  t.is(failed.state, 'failed');
  // On a slow machine Alice reconnects before Bob has an account again, and has not seen his new key yet.
  await alice.client.safetyNumber('bob');
  await alice.client.acceptKey('bob');
  await alice.client.send('@bob', 'for the new bob', { until: 'delivered' });
  t.deepEqual(lines((await after.client.history('@alice')).messages), ['alice: for the new bob (sent)']);
  t.deepEqual(lines((await alice.client.history('@bob')).messages), [
    'alice: hello (delivered)',
    'bob: old.txt (sent)',
    'alice: for the bob I know (failed)',
    'alice: for the new bob (delivered)',
  ]);
  t.deepEqual(
    (await alice.client.files('@bob')).map(({ id }) => id),
    [file.id],
  );
  const saved = await alice.client.download(file, { dir: await temporaryFolder(t) });
  t.is(await readFile(saved, 'utf8'), 'from the old bob');
  await alice.client.retry(secret.id);
  await after.message('for the bob I know');
});

test.serial(
  "lobby messages of others under an epoch by Bob's new identity are shown once it is accepted",
  async (t) => {
    const daemon = await openDaemon(t);
    const { join: server } = daemon.at;
    const profile = join(await temporaryFolder(t), 'alice');
    const alice = await connectChat(t, { user: 'alice', server, password, register, profile });
    const before = await connectChat(t, { user: 'bob', server, password, register });
    await before.client.send('#lobby', 'old bob');
    await alice.message('old bob');
    await before.client.close();
    const after = await bobAgain(t, daemon);
    // Carol never met the old Bob, and pins the new one.
    const carol = await connectChat(t, { user: 'carol', server, password, register });
    await after.client.send('#lobby', 'new bob');
    await carol.client.send('#lobby', 'by carol, under his key');
    await alice.event((event) => event.type === 'notice' && /a new key by bob was refused/.test(event.text));
    // Under Carol's epoch, which follows Bob's.
    await alice.client.send('#lobby', 'alice goes on');
    await alice.client.close();

    const again = await connectChat(t, { user: 'alice', server, profile });
    t.deepEqual(lines((await again.client.history('#lobby')).messages), [
      'bob: old bob (sent)',
      'alice: alice goes on (sent)',
    ]);
    await again.client.safetyNumber('bob');
    await again.client.acceptKey('bob');
    await again.message('new bob');
    await again.message('by carol, under his key');
    const { messages, gaps } = await again.client.history('#lobby');
    t.deepEqual(lines(messages), [
      'bob: old bob (sent)',
      'bob: new bob (sent)',
      'carol: by carol, under his key (sent)',
      'alice: alice goes on (sent)',
    ]);
    t.deepEqual(gaps, []);
  },
);

for (const order of [
  ['bob', 'carol'],
  ['carol', 'bob'],
] as const)
  test.serial(
    `messages of two people with new keys are shown once ${order.join(' and then ')} is accepted`,
    async (t) => {
      const { alice, profile, server } = await twoNewKeys(t);
      const last = await alice.client.history('#lobby');
      t.deepEqual(last.messages.map(textOf), ['old bob', 'old carol']);
      const reasons = last.gaps.map(({ from, reason }) => `${from}: ${reason}`);
      t.deepEqual(reasons, ['bob: key-changed', 'carol: key-changed', 'bob: key-changed']);
      await alice.event((event) => event.type === 'gap' && event.gap.before === last.gaps[2]?.before);
      await alice.client.close();
      const [first, second] = order;
      for (const name of order) {
        const accepting = await connectChat(t, { user: 'alice', server, profile });
        await accepting.client.safetyNumber(name);
        await accepting.client.acceptKey(name);
        await accepting.message(`${name} 1`);
        const left = (await accepting.client.history('#lobby')).gaps;
        t.true(
          left.every(({ from, reason }) => from === second && reason === 'key-changed'),
          JSON.stringify(left),
        );
        t.is(left.length > 0, name === first);
        await accepting.client.close();
      }
      const again = await connectChat(t, { user: 'alice', server, profile });
      const { messages, gaps } = await again.client.history('#lobby');
      t.deepEqual(messages.map(textOf), ['old bob', 'old carol', 'bob 1', 'carol 1', 'bob 2', 'bob 3']);
      t.deepEqual(gaps, []);
    },
  );

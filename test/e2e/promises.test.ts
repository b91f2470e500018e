/** What is promised to people who are away, killed, on another machine, or there twice. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { inlineOpaque } from '../../src/protocol/crypto/opaque.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { quietAsk } from '../helpers/client/sign-in.ts';
import { startDaemon, writeFixtureKey } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { accountsOn, PASSWORD, testAccounts } from '../helpers/daemon/test-accounts.ts';
import { type CliResult, jsonLines, securechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const texts = (result: CliResult) => jsonLines(result).flatMap(({ type, text }) => (type === 'message' ? [text] : []));

/** Resolves when the profile's outbox on disk holds `count` messages and `conversations` own chains. */
async function queued(profile: string, count: number, conversations = 1): Promise<void> {
  const db = new DatabaseSync(join(profile, 'profile.db'), { readOnly: true });
  const waiting = db.prepare("SELECT count(*) AS n FROM outbox WHERE state = 'sending'");
  const begun = db.prepare('SELECT count(*) AS n FROM own_chains');
  for (let wait = 0; waiting.get()?.n !== count || begun.get()?.n !== conversations; wait++) {
    if (wait > 1500) throw new Error(`not ${count} but ${waiting.get()?.n} wait`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  db.close();
}

test.serial('after kill -9 of the daemon between a message and its answer, the message is stored once', async (t) => {
  const { as, start, daemon, dir } = await accountsOn(t, await startDaemon(t));
  const alice = start('alice', ['plain'], { stdin: null });
  alice.writeLines('@bob answered');
  await queued(join(dir, 'alice'), 0);
  // The stopped daemon reads nothing: the message is on its way when it dies.
  daemon.process.kill('SIGSTOP');
  alice.writeLines('@bob not answered');
  await queued(join(dir, 'alice'), 1);
  await daemon.stop('SIGKILL');
  await alice.untilWritten(/the link is lost/);
  alice.writeLines('@bob typed without a link');
  await queued(join(dir, 'alice'), 2);
  await startDaemon(t, ['--port', String(daemon.port)], { dir: daemon.dir });
  await alice.untilWritten(/the link is back/);
  await queued(join(dir, 'alice'), 0);
  const said = ['answered', 'not answered', 'typed without a link'];
  t.deepEqual(texts(await as('bob', ['history', 'alice', '--json'])), said);
});

test.serial('after kill -9 of a client with waiting messages, the next one sends them once', async (t) => {
  const { as, start, daemon, dir } = await accountsOn(t, await startDaemon(t));
  const alice = start('alice', ['plain'], { stdin: null });
  alice.writeLines('@bob before');
  await queued(join(dir, 'alice'), 0);
  daemon.process.kill('SIGSTOP');
  alice.writeLines('@bob first', '@bob second');
  await queued(join(dir, 'alice'), 2);
  await alice.stop('SIGKILL');
  daemon.process.kill('SIGCONT');
  t.is((await as('alice', ['send', 'bob', 'third'])).code, 0);
  await queued(join(dir, 'alice'), 0);
  // The daemon orders the devices: waiting messages may come before or after.
  const said = texts(await as('bob', ['history', 'alice', '--json']));
  t.deepEqual(said.toSorted(), ['before', 'first', 'second', 'third']);
  t.true(said.indexOf('first') < said.indexOf('second'));
});

test.serial("listen and plain end with status 5 and both keys when the server's key changes", async (t) => {
  const { start, daemon } = await accountsOn(t, await startDaemon(t));
  const listening = [start('alice', ['listen']), start('bob', ['plain'], { stdin: null })];
  await Promise.all(listening.map((one) => one.untilWritten(/listening as alice|you write to/)));
  const impostor = await temporaryFolder(t);
  await writeFixtureKey(impostor, 'spare');
  await daemon.stop();
  const { fingerprint } = await startDaemon(t, ['--port', String(daemon.port)], { dir: impostor });
  for (const one of listening) {
    const { code, stderr } = await one.ended;
    t.is(code, 5, stderr);
    for (const key of [daemon.fingerprint, fingerprint]) t.true(stderr.replaceAll(' ', '').includes(key), stderr);
  }
});

test.serial('an empty profile on another machine reads messages from the first', async (t) => {
  const { as, env, dir } = await testAccounts(t);
  await as('alice', ['send', 'bob', 'from alice']);
  await as('bob', ['send', 'alice', 'from bob']);
  const other = { env: { ...env('alice'), SECURECHAT_PROFILE: join(dir, 'other') }, cwd: dir };
  const args = ['history', 'bob', '--json', '--password-file', 'password'];
  t.deepEqual(texts(await securechat(args, other)), ['from alice', 'from bob']);
  t.is((await securechat(['send', 'bob', 'from the other'], other)).code, 0, 'and goes on without the password');
  t.deepEqual(texts(await as('alice', ['history', 'bob', '--json'])).at(-1), 'from the other');
});

test.serial('listen and send share a profile at once, and one person has two sessions', async (t) => {
  const { as, start, dir } = await testAccounts(t);
  const listening = start('alice', ['listen', '--json']);
  const elsewhere = { env: { SECURECHAT_PROFILE: join(dir, 'elsewhere') } };
  const second = start('alice', ['listen', '--json', '--password-file', 'password'], elsewhere);
  for (const session of [listening, second]) await session.untilWritten(/listening as alice/);
  for (const n of [1, 2, 3]) {
    t.is((await as('alice', ['send', 'bob', `hello ${n}`])).code, 0);
    t.is((await as('bob', ['send', 'alice', `answer ${n}`])).code, 0);
  }
  for (const session of [listening, second]) {
    await session.untilWritten(/answer 3/);
    const heard = await session.stop();
    t.deepEqual(texts(heard), ['answer 1', 'answer 2', 'answer 3']);
    t.false(heard.stdout.includes('"gap"'));
  }
  t.is(jsonLines(await as('bob', ['history', 'alice', '--json'])).length, 6);
});

test.serial(
  'a legacy account logs in with its old password, gets keys, and users.txt no longer holds the password',
  async (t) => {
    const dir = await temporaryFolder(t);
    await writeFile(join(dir, 'users.txt'), '# team\nalice:old secret\nbob:hunter2\n');
    await writeFixtureKey(dir);
    const daemon = await openDaemon(t, { dir });
    const { join: server } = daemon.at;
    const ask = quietAsk({ confirm: async ({ kind }) => kind === 'no-keys' });
    // The daemon stretched the passwords in the file.
    const agreed = { opaque: inlineOpaque };
    const made = await connectChat(t, { user: 'alice', server, password: 'old secret', ask }, agreed);
    await connectChat(t, { user: 'bob', server, password: 'hunter2', ask }, agreed);
    await made.client.send('@bob', 'hello', { until: 'delivered' });
    const users = await readFile(join(dir, 'users.txt'), 'utf8');
    t.regex(users, /^# team\nalice:opaque1:[\w-]+:[0-9a-f]{64}:\nbob:opaque1:[\w-]+:[0-9a-f]{64}:\n$/);
    t.notRegex(users + JSON.stringify(daemon.lines), /old secret|hunter2/);
    const wrong = { user: 'alice', server, password: 'hunter2' } as const;
    await t.throwsAsync(connectChat(t, wrong, agreed), { code: 'login-refused' });
  },
);

test.serial('the daemon orders messages, whatever the clocks of the clients say', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const skewed = (ms: number): { clock: Clock } => ({ clock: { ...systemClock, now: () => Date.now() + ms } });
  const account = { server, password: PASSWORD, register: {} };
  const minutes = 60_000;
  const alice = await connectChat(t, { ...account, user: 'alice' }, skewed(10 * minutes));
  const bob = await connectChat(t, { ...account, user: 'bob' }, skewed(-10 * minutes));
  const before = Date.now();
  await alice.client.send('@bob', 'one');
  await bob.message('one');
  await bob.client.send('@alice', 'two');
  await alice.message('two');
  for (const [{ client }, other] of [
    [alice, '@bob'],
    [bob, '@alice'],
  ] as const) {
    const { messages } = await client.history(other);
    t.deepEqual(
      messages.map(({ body }) => (body.kind === 'text' ? body.text : body.kind)),
      ['one', 'two'],
    );
    const [one, two] = messages;
    if (!one || !two) return t.fail();
    t.true(one.at <= two.at && Math.abs(one.at - before) < minutes, 'the daemon says when');
    t.true(one.sentAt > two.sentAt, 'and what the authors said is kept');
  }
});

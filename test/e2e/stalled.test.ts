/** A daemon that stops answering without ending, and mistakes of this program's ancestor. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import type { TransferState } from '../../src/client/types.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { eagerClock } from '../helpers/client/eager-clock.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { accountsOn, PASSWORD, testAccounts } from '../helpers/daemon/test-accounts.ts';
import { jsonLines } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.serial('a transfer waits for a stopped daemon and goes on, and new clients get exit status 4', async (t) => {
  const { daemon, as } = await accountsOn(t, await startDaemon(t), ['carol']);
  const account = { server: daemon.join, password: PASSWORD, register: {} };
  const alice = await connectChat(t, { ...account, user: 'alice' }, { clock: eagerClock() });
  const bob = await connectChat(t, { ...account, user: 'bob' }, { clock: eagerClock() });
  const dir = await temporaryFolder(t);
  const content = randomBytes(20 * 1024 * 1024);
  await writeFile(join(dir, 'big.bin'), content);
  /** Stops the daemon in the middle, tries to log in meanwhile, and continues it. */
  const stopped = () => {
    let once: Promise<void> | null = null;
    const onProgress = ({ done, size }: TransferState) => {
      if (done > size / 4) once ??= meanwhile();
    };
    const meanwhile = async () => {
      daemon.process.kill('SIGSTOP');
      const { code, stderr } = await as('carol', ['whoami', '--timeout', '1']);
      daemon.process.kill('SIGCONT');
      t.is(code, 4);
      t.regex(stderr, /^securechat: .+\n$/);
    };
    return { onProgress, done: () => once };
  };
  const up = stopped();
  const sent = await alice.client.upload('@bob', join(dir, 'big.bin'), { onProgress: up.onProgress });
  t.not(up.done(), null);
  await up.done();
  const down = stopped();
  const path = await bob.client.download(sent, { dir: join(dir, 'out'), onProgress: down.onProgress });
  t.not(down.done(), null);
  await down.done();
  t.true((await readFile(path)).equals(content));
});

test.serial('a command is never sent as a message', async (t) => {
  const { as } = await testAccounts(t);
  const lines = ['.nonsense', '/nonsense', '.msg', '.login bob x', '.users', 'said', '.exit', 'too late'];
  const { code } = await as('alice', ['plain'], { stdin: `${lines.join('\n')}\n` });
  t.is(code, 6);
  const said = (with_: string) => as('bob', ['history', with_, '--json']);
  t.deepEqual(
    jsonLines(await said('#lobby')).map(({ text }) => text),
    ['said'],
  );
  t.is((await said('alice')).stdout, '');
});

test.serial('any content arrives whole and only as content', async (t) => {
  const { as } = await testAccounts(t);
  const contents = [
    '<END>',
    'a<END>b\n<END>\n',
    '.exit',
    'login mallory x',
    '{"v":1,"type":"sent"}',
    '%s %d\\n',
    '\u202ereversed',
  ];
  for (const stdin of contents) t.is((await as('alice', ['send', 'bob'], { stdin: `${stdin}\n` })).code, 0);
  const heard = await as('bob', ['history', 'alice', '--json']);
  t.deepEqual(
    jsonLines(heard).map(({ text }) => text),
    contents,
  );
  t.notRegex(heard.stdout, /\p{Cf}/u);
});

test.serial('a long line does not end the link, and a stalled link delays nobody', async (t) => {
  const { join: server, port } = (await openDaemon(t)).at;
  const account = { server, password: PASSWORD, register: {} };
  const alice = await connectChat(t, { ...account, user: 'alice' });
  // These links never send anything.
  for (let n = 0; n < 10; n++) {
    const silent = connect(port, '127.0.0.1').on('error', () => {});
    t.teardown(() => silent.destroy());
  }
  const bob = await connectChat(t, { ...account, user: 'bob' });
  await t.throwsAsync(alice.client.send('@bob', 'x'.repeat(1_000_000)), { code: 'usage' });
  await alice.client.send('@bob', 'é'.repeat(2048), { until: 'delivered' });
  t.is(alice.client.link.state, 'online');
  t.is(bob.client.link.state, 'online');
  t.false(alice.events.some((event) => event.type === 'link' && event.link.state !== 'online'));
});

/** Two people in line mode on pipes, as whole programs, with a real daemon. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { testAccounts } from '../helpers/daemon/test-accounts.ts';
import { type RunningProgram, securechat, startSecurechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test.serial('two people send messages, private messages and a file through pipes', async (t) => {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t);
  const start = (user: string, ...args: string[]): RunningProgram => {
    const common = ['--server', daemon.join, '--profile', join(dir, user), '--downloads', dir];
    return startSecurechat(t, [...args, ...common], { stdin: null });
  };

  // Without a command and a terminal, line mode starts by itself.
  const alice = start('alice');
  await alice.untilWritten('you write to #lobby');
  const bob = start('bob', 'plain');
  await bob.untilWritten('online: alice');
  await alice.untilWritten('bob came');

  alice.writeLines('hello everyone');
  await bob.untilWritten('alice: hello everyone');
  bob.writeLines('@alice:just you');
  await alice.untilWritten('bob to you: just you');
  alice.writeLines('@bob two\u001b[31m words', '..dots');
  await bob.untilWritten('alice to you: two\ufffd[31m words');
  await bob.untilWritten('alice: .dots');

  const sent = Buffer.alloc(1_500_000, 'securechat');
  await writeFile(join(dir, 'report.bin'), sent);
  alice.writeLines(`.file ${join(dir, 'report.bin')}`);
  await bob.untilWritten('alice sent the file report.bin, 1.5 MB; .download report.bin fetches it');
  // The input ends at once: work in progress is finished first.
  bob.writeLines('.download report.bin');
  bob.end();
  t.like(await bob.ended, { code: 0, signal: null });
  const saved = bob.written.stdout.match(/^saved and checked: (.+)$/m)?.[1] ?? '';
  t.true(saved.startsWith(dir));
  t.true(sent.equals(await readFile(saved)));
  await alice.untilWritten('bob went');
  alice.writeLines('@bob for later', '.exit', 'never sent');
  t.like(await alice.ended, { code: 0, signal: null });
  t.false(`${alice.written.stdout}${bob.written.stdout}`.includes('\u001b'));
  t.is(alice.written.stderr + bob.written.stderr, '');

  // Messages that arrived meanwhile are printed once.
  const common = ['plain', '--server', daemon.join, '--profile', join(dir, 'bob')];
  t.regex((await securechat(common)).stdout, /^alice to you: for later$/m);
  const again = await securechat(common, { stdin: Buffer.from('x\n.nonsense\ncaf\xe9\n', 'latin1') });
  t.is(again.code, 6);
  t.notRegex(again.stdout, /for later|never sent/);
  t.regex(again.stdout, /^unknown command \.nonsense/m);
  t.regex(again.stdout, /^this line is not UTF-8, so it was not sent/m);
});

test.serial(
  'nothing of a blocked person is printed in this profile, also at the next start, and nothing is lost',
  async (t) => {
    t.timeout(120_000);
    const { daemon, dir } = await testAccounts(t);
    const alice = ['--server', daemon.join, '--profile', join(dir, 'alice')];
    const plain = ['plain', '--server', daemon.join, '--profile', join(dir, 'bob')];
    const first = await securechat(plain, { stdin: '.block alice' });
    t.regex(first.stdout, /^alice is blocked on all your devices: \.block alice takes it back$/m);
    const bob = startSecurechat(t, plain, { stdin: null });
    bob.writeLines('.block');
    await bob.untilWritten('blocked on all your devices: alice; .block NAME takes it back');
    t.is((await securechat(['send', '#lobby', 'to all', ...alice])).code, 0);
    // Bob's client signs receipts for messages of blocked people, as SECURITY.md says.
    t.is((await securechat(['send', '@bob', 'one', '--wait-delivered', ...alice])).code, 0);
    bob.writeLines('@alice what?');
    await bob.untilWritten('alice is blocked: .block alice takes it back before you write');
    bob.end();
    // A line was refused, so the exit status is not 0.
    t.like(await bob.ended, { code: 6, signal: null });
    t.notRegex(bob.written.stdout, /one|to all|alice came/);
    const last = await securechat(plain, { stdin: '.block alice' });
    t.regex(last.stdout, /^alice to you: one$/m);
  },
);

test.serial('messages and their places and people are printed as JSON objects for programs', async (t) => {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t);
  const objects = async (user: string, stdin = '') => {
    const args = ['plain', '--json', '--quiet', '--server', daemon.join, '--profile', join(dir, user)];
    const { stdout, stderr, code } = await securechat(args, { stdin });
    t.is(code, 0, stderr);
    t.is(stderr, '');
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const alice = await objects('alice', 'hi all\n@bob hi\n.users');
  t.deepEqual(alice.map(({ v, type, seq }) => [v, type, seq > 0]).sort(), [
    [1, 'sent', true],
    [1, 'sent', true],
    [1, 'user', false],
  ]);
  t.like(
    alice.find(({ type }) => type === 'user'),
    { name: 'bob', online: false, verified: false },
  );
  t.like(
    (await objects('bob')).find(({ to }) => to === 'bob'),
    { v: 1, type: 'message', from: 'alice', text: 'hi' },
  );
});

test.serial('an unknown person is told how to begin', async (t) => {
  const { code, stderr } = await securechat([], { env: { SECURECHAT_PROFILE: await temporaryFolder(t) } });
  t.is(code, 2);
  t.regex(stderr, /give your name with --user NAME; securechat register creates an account/);
});

import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { testAccounts } from '../../../helpers/daemon/test-accounts.ts';
import { openCliScreen } from '../../../helpers/screen/cli-screen.ts';

/** Alice has sent Bob, who is away, a message, and waits until it arrives. */
async function waitForBob(t: ExecutionContext) {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t);
  const common = ['--user', 'alice', '--server', daemon.join, '--profile', join(dir, 'alice')];
  const screen = openCliScreen(t, ['send', 'bob', 'hi', '--wait-delivered', ...common], { rows: 20 });
  await screen.until((text) => text.includes('sent to @bob; waiting until it has arrived there'), 40_000);
  return { daemon, screen };
}

test('the wait for somebody who is away says what it waits for, and leaving it that the message is sent', async (t) => {
  const { screen } = await waitForBob(t);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 130);
  await screen.settled();
  t.regex(screen.rows().join('\n'), /it was sent to @bob, and arrives when bob comes/);
});

test('a server that dies meanwhile is told, and that the wait goes on', async (t) => {
  const { daemon, screen } = await waitForBob(t);
  daemon.process.kill('SIGKILL');
  await screen.until((text) => text.includes('it goes on when the server is back'), 40_000);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 130);
});

import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startDaemon } from '../../../helpers/daemon/daemon.ts';
import { accountsOn } from '../../../helpers/daemon/test-accounts.ts';
import { openCliScreen } from '../../../helpers/screen/cli-screen.ts';

/** Alice sends a message to Bob, who is offline, and waits for the receipt. */
async function waitForBob(t: ExecutionContext) {
  t.timeout(120_000);
  const { daemon, dir } = await accountsOn(t, await startDaemon(t));
  const common = ['--user', 'alice', '--server', daemon.join, '--profile', join(dir, 'alice')];
  const screen = openCliScreen(t, ['send', 'bob', 'hi', '--wait-delivered', ...common], { rows: 20 });
  await screen.until((text) => text.includes('sent to @bob; waiting until it is delivered'), 40_000);
  return { daemon, screen };
}

test('Ctrl+C during --wait-delivered says that the message was sent', async (t) => {
  const { screen } = await waitForBob(t);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 130);
  await screen.settled();
  t.regex(screen.rows().join('\n'), /sent to @bob; bob gets it at the next login/);
});

test('--wait-delivered reports a lost server and keeps waiting', async (t) => {
  const { daemon, screen } = await waitForBob(t);
  daemon.process.kill('SIGKILL');
  await screen.until((text) => text.includes('it goes on when the server is back'), 40_000);
  screen.write('\x03');
  t.is((await screen.exited).exitCode, 130);
});

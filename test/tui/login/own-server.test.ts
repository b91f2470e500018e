/** One's own server, started from the form: the real daemon, which outlives the program that started it. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openLoginBackend } from '../../../src/tui/login/login-backend.ts';
import { startOwnServer } from '../../../src/tui/login/own-server.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { writeFixtureKey } from '../../helpers/daemon/daemon.ts';
import { isRunning } from '../../helpers/screen/screen.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

process.env.SECURECHAT_PORT = '0';
delete process.env.SECURECHAT_DATA_DIR;

/** A profile that remembers where the data folder of its server was. */
async function earlierServer(t: ExecutionContext, profile: string): Promise<string> {
  const dir = await temporaryFolder(t);
  await writeFixtureKey(dir);
  await writeFile(join(profile, 'server-folder'), dir);
  return dir;
}

/** Stops the server as the page tells the person to. */
async function stop(pid: number): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGTERM');
  await until(() => !isRunning(pid));
}

test.serial('the own server uses its earlier data, and reports where everything is', async (t) => {
  const profile = await temporaryFolder(t);
  const dir = await earlierServer(t, profile);
  const server = await startOwnServer(profile);
  t.teardown(() => stop(server.pid));
  t.is(server.dir, dir);
  t.regex(server.link, /^securechat:\/\/127\.0\.0\.1:\d+#[0-9a-f]{64}$/);
  t.true(isRunning(server.pid));
  t.true(existsSync(server.log));
  t.is(await readFile(join(profile, 'server-folder'), 'utf8'), dir);
  await stop(server.pid);
});

test.serial('the key of the own server is known, and nobody is asked to compare it', async (t) => {
  const profile = await openProfile(t);
  await earlierServer(t, profile.dir);
  const backend = openLoginBackend(profile);
  const { link, pid } = await backend.startServer();
  t.teardown(() => stop(pid));
  const address = link.replace(/^securechat:\/\/|#.*$/g, '');
  t.deepEqual(await backend.greet(address), { offered: null, names: [] });
  await t.throwsAsync(backend.greet(`securechat://${address.replace('127.0.0.1', 'localhost')}#${'ab'.repeat(32)}`), {
    code: 'untrusted',
    message: /this link is not for the server/,
  });
  await stop(pid);
});

test.serial('a server that cannot start names the log with the reason', async (t) => {
  const profile = await temporaryFolder(t);
  const dir = await earlierServer(t, profile);
  await writeFile(join(dir, 'daemon.key'), 'no key');
  await t.throwsAsync(startOwnServer(profile), { code: 'refused', message: /daemon\.log$/ });
  t.regex(await readFile(join(profile, 'daemon.log'), 'utf8'), /securechat-daemon: .*daemon\.key/);
});

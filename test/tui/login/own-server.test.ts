/** A server of one's own, from the form: the real daemon, which outlives its starter. */
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

/** A profile's folder that remembers where its server was. */
async function before(t: ExecutionContext, profile: string): Promise<string> {
  const dir = await temporaryFolder(t);
  await writeFixtureKey(dir);
  await writeFile(join(profile, 'server-folder'), dir);
  return dir;
}

/** Ends it, as the page says. */
async function stop(pid: number): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGTERM');
  await until(() => !isRunning(pid));
}

test.serial('it takes the data it had before, and tells where everything is', async (t) => {
  const profile = await temporaryFolder(t);
  const dir = await before(t, profile);
  const server = await startOwnServer(profile);
  t.teardown(() => stop(server.pid));
  t.is(server.dir, dir);
  t.regex(server.link, /^securechat:\/\/127\.0\.0\.1:\d+#[0-9a-f]{64}$/);
  t.true(isRunning(server.pid));
  t.true(existsSync(server.log));
  t.is(await readFile(join(profile, 'server-folder'), 'utf8'), dir);
  await stop(server.pid);
});

test.serial('its key is known from then on: nobody is asked to compare it', async (t) => {
  const profile = await openProfile(t);
  await before(t, profile.dir);
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

test.serial('one that cannot start says where the reason is', async (t) => {
  const profile = await temporaryFolder(t);
  const dir = await before(t, profile);
  await writeFile(join(dir, 'daemon.key'), 'no key');
  await t.throwsAsync(startOwnServer(profile), { code: 'refused', message: /daemon\.log$/ });
  t.regex(await readFile(join(profile, 'daemon.log'), 'utf8'), /securechat-daemon: .*daemon\.key/);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { deviceNameOf } from '../../../../src/client/login/device-name.ts';
import { hostName } from '../../../../src/platform/host-name.ts';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat, startSecurechat } from '../../../helpers/screen/cli.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test('devices are named, told to a program that listens, listed, and logged out by name', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const word = join(dir, 'word');
  await writeFile(word, 'correct horse', { mode: 0o600 });
  const machine = (name: string) => ({
    SECURECHAT_SERVER: server,
    SECURECHAT_USER: 'alice',
    SECURECHAT_PROFILE: join(dir, name),
    SECURECHAT_DEVICE_NAME: name,
  });
  const run = async (name: string, ...args: string[]) => {
    const result = await securechat(args, { env: machine(name) });
    t.is(result.code, 0, result.stderr);
    return result;
  };
  await run('desk', 'register', '--password-file', word);
  const json = startSecurechat(t, ['listen', '--json'], { env: machine('desk'), stdin: null });
  const quiet = startSecurechat(t, ['listen', '--quiet'], { env: machine('desk'), stdin: null });
  await json.untilWritten(/listening as alice/);
  // The flag wins over the environment.
  await run('laptop', 'whoami', '--password-file', word, '--device-name', 'work laptop; x');
  await quiet.untilWritten(/new device: work laptop; x, 127\.0\.0\.1; securechat devices shows all/);
  await json.untilWritten(/"type":"new-device"/);
  const [told] = jsonLines({ ...json.written, code: 0, signal: null });
  t.like(told, { v: 1, type: 'new-device', name: 'work laptop; x', kind: 'device', address: '127.0.0.1' });
  t.regex(quiet.written.stdout, new RegExp(`securechat devices --end ${told?.device} ends it`));

  const again = startSecurechat(t, ['listen', '--json'], { env: machine('desk'), stdin: null });
  await again.untilWritten(/"type":"new-device"/);
  const first = jsonLines(await run('desk', 'devices', '--json'));
  t.deepEqual(first.map(({ type, name, current, new: isNew }) => [type, name, current, isNew]).sort(), [
    ['device', 'desk', true, false],
    ['device', 'work laptop; x', false, true],
  ]);
  const plain = (await run('desk', 'devices')).stdout;
  t.regex(plain, /^\d+ {2}desk {2}this one, 127\.0\.0\.1, since \S+Z$/m);
  t.regex(plain, /^\d+ {2}work laptop; x {2}last seen \S+Z, 127\.0\.0\.1, since \S+Z$/m, 'no longer new');

  const none = await securechat(['devices', '--end', 'phone'], { env: machine('desk') });
  t.is(none.code, 6);
  t.regex(none.stderr, /you have no device phone; the list shows their names and numbers/);
  const left = jsonLines(await run('desk', 'devices', '--end', 'work laptop; x', '--json'));
  t.deepEqual(
    left.map(({ name }) => name),
    ['desk'],
  );
  t.is((await securechat(['whoami'], { env: machine('laptop') })).code, 2, 'it needs the password');
});

test('a device is named after its machine by default, and a name that cannot be shown is refused', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const word = join(dir, 'word');
  await writeFile(word, 'correct horse', { mode: 0o600 });
  const env = { SECURECHAT_SERVER: server, SECURECHAT_USER: 'alice', SECURECHAT_PROFILE: join(dir, 'alice') };
  const bad = await securechat(['register', '--password-file', word, '--device-name', 'a\u202eb'], { env });
  t.deepEqual([bad.code, bad.stdout], [2, '']);
  t.regex(bad.stderr, /the name of the device has characters that cannot be shown; choose another/);
  t.is((await securechat(['register', '--password-file', word], { env })).code, 0);
  const [own] = jsonLines(await securechat(['devices', '--json'], { env }));
  t.is(own?.name, deviceNameOf(undefined, hostName()));
});

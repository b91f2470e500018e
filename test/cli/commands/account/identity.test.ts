import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { signInAs } from '../../../helpers/client/sign-in.ts';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat } from '../../../helpers/screen/cli.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test.serial('verify shows both people the same 60 digits, and --yes marks the other as verified', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const env = (user: string) => ({
    SECURECHAT_SERVER: server,
    SECURECHAT_USER: user,
    SECURECHAT_PROFILE: join(dir, user),
  });
  for (const user of ['alice', 'bob'] as const)
    await (await signInAs(t, { user, server, profile: join(dir, user), password: 'secret', register: {} })).close();
  const seen = await securechat(['verify', 'bob', '--json'], { env: env('alice') });
  t.is(seen.code, 0, seen.stderr);
  const [line] = jsonLines(seen);
  t.like(line, { type: 'safety', name: 'bob', verified: false });
  t.regex(String(line?.number).replaceAll(' ', ''), /^\d{60}$/);
  const other = await securechat(['verify', '@alice', '--yes', '--json'], { env: env('bob') });
  t.like(jsonLines(other)[0], { number: line?.number, verified: true });
  const users = jsonLines(await securechat(['users', '--json'], { env: env('bob') }));
  t.is(users.find(({ name }) => name === 'alice')?.verified, true);
  t.is((await securechat(['verify', 'nobody'], { env: env('bob') })).code, 6);
  const own = await securechat(['verify', '@bob', '--yes'], { env: env('bob') });
  t.deepEqual([own.code, own.stdout], [2, '']);
  t.regex(own.stderr, /you cannot verify yourself/);
});

test.serial('passwd changes the password; devices logs other devices out', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const base = { SECURECHAT_SERVER: server, SECURECHAT_USER: 'alice' };
  const one = { ...base, SECURECHAT_PROFILE: join(dir, 'one') };
  const two = { ...base, SECURECHAT_PROFILE: join(dir, 'two') };
  for (const [file, word] of Object.entries({ old: 'secret', next: 'another secret' }))
    await writeFile(join(dir, file), word, { mode: 0o600 });
  const passwords = ['--password-file', join(dir, 'old')];
  const profile = join(dir, 'one');
  const account = { user: 'alice', server, profile, password: 'secret', register: {} } as const;
  await (await signInAs(t, account)).close();
  t.is((await securechat(['whoami', ...passwords], { env: two })).code, 0);
  const short = await securechat(['passwd', ...passwords, '--new-password-file', join(dir, 'old')], { env: one });
  t.is(short.code, 2);
  t.regex(short.stderr, /use 8 characters or more/);
  t.regex((await securechat(['passwd', ...passwords], { env: one })).stderr, /give --new-password-file/);
  const changed = await securechat(['passwd', ...passwords, '--new-password-file', join(dir, 'next')], { env: one });
  t.is(changed.code, 0, changed.stderr);
  t.is((await securechat(['whoami', ...passwords], { env: one })).code, 3);
  t.is((await securechat(['whoami', '--password-file', join(dir, 'next')], { env: one })).code, 0);

  t.is((await securechat(['whoami'], { env: two })).code, 0, 'the other device has its ticket');
  const devices = jsonLines(await securechat(['devices', '--json'], { env: one }));
  t.is(devices.length, 2);
  const own = devices.find(({ current }) => current === true)?.device;
  t.is((await securechat(['devices', '--end', '1'], { env: one })).code, 6);
  t.is((await securechat(['devices', '--end', 'x'], { env: one })).code, 6);
  const others = await securechat(['devices', '--end-others'], { env: one });
  t.deepEqual([others.code, others.stderr], [0, '1 other device was logged out\n']);
  const ended = await securechat(['whoami'], { env: two });
  t.is(ended.code, 2);
  t.regex(ended.stderr, /a password is needed/);

  const left = await securechat(['devices', '--end', String(own)], { env: one });
  t.deepEqual([left.code, left.stderr], [0, '']);
  t.is(left.stdout, 'this device is logged out; the next login needs the password\n');
  t.regex((await securechat(['whoami'], { env: one })).stderr, /a password is needed/);
});

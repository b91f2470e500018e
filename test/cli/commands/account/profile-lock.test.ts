import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { signInAs } from '../../../helpers/client/sign-in.ts';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { securechat, startSecurechat } from '../../../helpers/screen/cli.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** A profile with an account, and files with passphrases. */
async function start(t: ExecutionContext) {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const profile = join(dir, 'p');
  await (await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} })).close();
  const bobs = join(dir, 'bob');
  await (await signInAs(t, { user: 'bob', server, profile: bobs, password: 'secret', register: {} })).close();
  const files = { one: join(dir, 'one'), two: join(dir, 'two') };
  await writeFile(files.one, 'correct horse\n', { mode: 0o600 });
  await writeFile(files.two, 'battery staple\n', { mode: 0o600 });
  const run = (...args: string[]) => securechat(args, { env: { SECURECHAT_PROFILE: profile } });
  return { profile, bobs, files, run, key: await readFile(join(profile, 'profile.key')) };
}

test.serial('a locked profile asks at each start, until it is unlocked', async (t) => {
  const { profile, files, run, key } = await start(t);
  const locked = await run('profile', 'lock', '--passphrase-file', files.one);
  t.is(locked.code, 0, locked.stderr);
  t.is(
    locked.stdout,
    'the profile is locked: each start asks for the passphrase, and the screen again after 15 min without a key\n',
  );
  t.regex(locked.stderr, /nobody can recover a forgotten passphrase[\s\S]*copies of profile\.key from before/);
  t.false((await readFile(join(profile, 'profile.key'))).includes(key));

  const nobody = await run('whoami');
  t.deepEqual([nobody.code, nobody.stdout], [2, '']);
  t.regex(nobody.stderr, /is locked: give --profile-passphrase-file, or run this in a terminal/);
  const wrong = await run('whoami', '--profile-passphrase-file', files.two);
  t.deepEqual([wrong.code, wrong.stderr], [3, 'securechat: the passphrase of the profile is wrong\n']);

  const me = await run('whoami', '--profile-passphrase-file', files.one);
  t.is(me.code, 0, me.stderr);
  t.regex(me.stdout, /^name {9}alice\n/);
  const env = { SECURECHAT_PROFILE: profile, SECURECHAT_PROFILE_PASSPHRASE_FILE: files.one };
  t.is((await securechat(['users'], { env })).code, 0);
  const typed = await securechat(['send', '#lobby', 'hello', '--profile-passphrase-file', '-'], {
    env,
    stdin: 'correct horse\n',
  });
  t.is(typed.code, 0, typed.stderr);

  const unlocked = await run('profile', 'unlock', '--profile-passphrase-file', files.one);
  t.is(unlocked.code, 0, unlocked.stderr);
  t.deepEqual(await readFile(join(profile, 'profile.key')), key);
  t.is((await run('whoami')).code, 0);
  const again = await run('profile', 'unlock');
  t.deepEqual([again.code, again.stderr], [6, 'securechat: the profile is not locked\n']);
});

test.serial('the passphrase and the time are changed after the passphrase before', async (t) => {
  const { files, run } = await start(t);
  const lock = (file: string, ...more: string[]) => run('profile', 'lock', '--passphrase-file', file, ...more);
  t.regex((await lock(files.one, '--after', '2h')).stdout, /after 120 min without a key/);
  t.is((await lock(files.two)).code, 2, 'nobody gave the one before');
  t.is((await lock(files.two, '--profile-passphrase-file', files.two)).code, 3);
  const changed = await lock(files.two, '--profile-passphrase-file', files.one);
  t.regex(changed.stdout, /after 120 min without a key/, 'the time stays');
  const never = await lock(files.two, '--profile-passphrase-file', files.two, '--after', 'off');
  t.is(never.stdout, 'the profile is locked: each start asks for the passphrase\n');
  t.is((await run('whoami', '--profile-passphrase-file', files.two)).code, 0);
});

test.serial('listen and line mode ask too, and go on while the passphrase changes', async (t) => {
  const { profile, bobs, files, run } = await start(t);
  await run('profile', 'lock', '--passphrase-file', files.one);
  for (const command of ['listen', 'plain']) t.is((await run(command)).code, 2, command);
  await writeFile(join(profile, 'config.toml'), `profile-passphrase-file = "${files.one}"\n`);
  const listening = startSecurechat(t, ['listen', '--profile', profile], { stdin: null });
  await listening.untilWritten(/listening as alice/);
  const changed = await run('profile', 'lock', '--passphrase-file', files.two);
  t.is(changed.code, 0, changed.stderr);
  const sent = await securechat(['send', 'alice', 'still there', '--profile', bobs]);
  t.is(sent.code, 0, sent.stderr);
  await listening.untilWritten(/still there/);
  t.is((await listening.stop()).code, 143);
});

test.serial('what cannot be locked is said', async (t) => {
  const dir = await temporaryFolder(t);
  const secret = join(dir, 'secret');
  await writeFile(secret, 'correct horse', { mode: 0o600 });
  const run = (...args: string[]) => securechat(args, { env: { SECURECHAT_PROFILE: join(dir, 'none') } });
  const none = await run('profile', 'lock', '--passphrase-file', secret);
  t.deepEqual(
    [none.code, none.stderr],
    [6, `securechat: there is no profile in ${join(dir, 'none')} yet; log in first\n`],
  );
  for (const after of ['0m', '25h', '15', '15s', 'soon']) {
    const result = await run('profile', 'lock', '--after', after);
    t.deepEqual([result.code, result.stdout], [2, ''], after);
    t.regex(result.stderr, /--after takes a time from 1m to 24h, such as 15m, or off/);
  }
});

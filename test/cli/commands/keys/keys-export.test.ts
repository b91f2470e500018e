/** An export from the shell: made, checked, restored elsewhere, and used for a forgotten password. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat } from '../../../helpers/screen/cli.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

async function open(t: ExecutionContext) {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const file = async (name: string, text: string) => {
    await writeFile(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  const run = (profile: string, ...args: string[]) =>
    securechat(args, { env: { SECURECHAT_PROFILE: join(dir, profile), SECURECHAT_DEVICE_NAME: profile } });
  const done = async (profile: string, ...args: string[]) => {
    const result = await run(profile, ...args);
    t.is(result.code, 0, `${args.join(' ')}: ${result.stderr}`);
    return result;
  };
  const secrets = {
    password: ['--password-file', await file('password', 'correct horse')],
    passphrase: ['--passphrase-file', await file('passphrase', 'battery staple')],
  };
  await done('desk', 'register', '--server', server, '--user', 'alice', ...secrets.password);
  await done('desk', 'send', '#lobby', 'hello');
  return { server, dir, file, run, done, ...secrets };
}

test('an export is checked, restored on another machine, and replaces a forgotten password', async (t) => {
  const { dir, file, run, done, password, passphrase } = await open(t);
  const path = join(dir, 'alice.scx');
  const made = await done('desk', 'keys', 'export', path, ...password, ...passphrase);
  const words = made.stdout.split('\n').slice(2, 6).join(' ');
  t.is(words.split(' ').length, 24);
  t.regex(
    made.stdout,
    /alice\.scx: your keys and 0 pinned people; in the list of devices it is "export of \S+ on desk"/,
  );
  t.regex(made.stderr, /keys check proves that it restores: securechat keys check /);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.notRegex(await readFile(path, 'latin1'), /alice|127\.0\.0\.1/);

  const checked = await done('nowhere', 'keys', 'check', path, ...passphrase);
  t.regex(checked.stdout, /^this export restores 1 conversation, 1 message; your live keys were not touched\n$/);
  t.deepEqual(
    jsonLines(await done('nowhere', 'keys', 'check', path, ...passphrase, '--json')).map(({ madeAt, ...one }) => one),
    [
      {
        v: 1,
        type: 'check',
        name: 'alice',
        whole: true,
        restores: true,
        conversations: 1,
        messages: 1,
        failed: [],
        changed: [],
        renewedSince: false,
      },
    ],
  );
  t.false((await readdir(dir)).includes('nowhere'), 'no profile was made');

  const wordsFile = await file('words', `${words}\n`);
  const [restored] = jsonLines(await done('laptop', 'keys', 'import', path, '--words-file', wordsFile, '--json'));
  t.like(restored, { v: 1, type: 'import', name: 'alice', people: 0, renewedSince: false });
  t.regex((await done('laptop', 'history', '#lobby')).stdout, /alice: hello/);
  const devices = jsonLines(await done('laptop', 'devices', '--json'));
  t.deepEqual(devices.map(({ kind }) => kind).sort(), ['device', 'device', 'export']);

  const fresh = await file('new', 'another word');
  await done('desk', 'passwd', '--export', path, ...passphrase, '--new-password-file', fresh);
  t.is(
    (await run('phone', 'whoami', '--user', 'alice', '--server', String(restored?.daemon), '--trust-new', ...password))
      .code,
    3,
  );
  const server = ['--user', 'alice', '--server', String(restored?.daemon), '--trust-new'];
  await done('phone', 'whoami', ...server, '--password-file', fresh);

  const [rotated] = jsonLines(await done('phone', 'keys', 'rotate', '--password-file', fresh, '--json'));
  t.deepEqual(rotated, { v: 1, type: 'rotated', name: 'alice', card: 2 });
  t.is((await run('desk', 'whoami')).code, 2, 'the desk needs the password for the new key');
  t.regex((await done('nowhere', 'keys', 'check', path, ...passphrase)).stderr, /has a newer key than this export/);

  const number = devices.find(({ kind }) => kind === 'export')?.device;
  await done('phone', 'devices', '--end', String(number));
  for (const args of [
    ['keys', 'check', path],
    ['keys', 'import', path],
    ['passwd', '--export', path, '--new-password-file', fresh],
  ]) {
    const refused = await run('tablet', ...args, ...passphrase);
    t.is(refused.code, 3, args.join(' '));
    t.regex(refused.stderr, /this export no longer logs in: it was ended in the list of devices/);
  }
  const keysOnly = await done('tablet', 'keys', 'import', path, ...passphrase, '--keys-only');
  t.regex(keysOnly.stdout, /the keys of alice at .* are restored; log in with the password once/);
  await done('tablet', 'whoami', '--password-file', fresh);
});

test('words go into a file of their own, or are a field of the JSON', async (t) => {
  const { dir, run, done, password, passphrase } = await open(t);
  const [path, words] = [join(dir, 'a.scx'), join(dir, 'words')];
  const [made] = jsonLines(await done('desk', 'keys', 'export', path, ...password, '--words-file', words, '--json'));
  t.like(made, { type: 'export', passphrase: false, words: null, wordsFile: words });
  t.is((await stat(words)).mode & 0o777, 0o600);
  await done('desk', 'keys', 'check', path, '--words-file', words);
  const other = join(dir, 'b.scx');
  const [printed] = jsonLines(await done('desk', 'keys', 'export', other, ...password, ...passphrase, '--json'));
  t.is(String(printed?.words).split(' ').length, 24);
  const mistyped = await run('desk', 'keys', 'check', path, ...passphrase);
  t.deepEqual([mistyped.code, mistyped.stdout], [6, '']);
  t.regex(mistyped.stderr, /this export has no passphrase; its 24 words open it/);
});

test('bad input names what is wrong, and leaves no file and no device', async (t) => {
  const { dir, file, run, done, password, passphrase } = await open(t);
  const path = join(dir, 'a.scx');
  await done('desk', 'keys', 'export', path, ...password, ...passphrase);
  const closed = join(dir, 'closed');
  await mkdir(closed, { mode: 0o500 });
  const attempts: [string[], number, RegExp][] = [
    [['keys', 'export', path, ...password, ...passphrase], 2, /exists already, and is not overwritten/],
    [['keys', 'export', join(dir, 'no', 'b'), ...password, ...passphrase], 2, /there is no folder/],
    [['keys', 'export', join(dir, 'b'), ...password], 2, /a passphrase is needed: give --passphrase-file/],
    [
      ['keys', 'export', join(dir, 'b'), ...password, '--passphrase-file', await file('short', 'abc')],
      2,
      /use 8 characters or more/,
    ],
    [
      ['keys', 'export', join(dir, 'b'), '--password-file', await file('wrong', 'wrong word'), ...passphrase],
      3,
      /wrong name or password/,
    ],
    [['keys', 'check', path], 2, /give --passphrase-file or --words-file/],
    [['keys', 'check', path, '--passphrase-file', String(password[1])], 6, /the passphrase does not open this export/],
    [
      ['keys', 'check', path, '--words-file', await file('typo', 'abandom '.repeat(24))],
      2,
      /not a word of the list: "abandom" \(word 1\)/,
    ],
    [
      ['keys', 'check', await file('cut', (await readFile(path)).subarray(0, 900).toString('latin1')), ...passphrase],
      6,
      /damaged or incomplete|no export/,
    ],
    [['keys', 'import', join(dir, 'nothing'), ...passphrase], 2, /does not exist/],
    [['keys', 'import', path, ...passphrase, '--user', 'bob'], 6, /this export is of alice, not of bob/],
    [['keys'], 2, /securechat keys needs export, check, import or rotate/],
  ];
  // Root may write everywhere.
  if (process.getuid?.() !== 0)
    attempts.push([['keys', 'export', join(closed, 'b'), ...password, ...passphrase], 2, /you may not write there/]);
  const before = await readdir(dir);
  for (const [args, code, message] of attempts) {
    const result = await run('desk', ...args);
    t.is(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    t.regex(result.stderr, message);
  }
  t.deepEqual(await readdir(dir), before);
  const kinds = jsonLines(await done('desk', 'devices', '--json')).map(({ kind }) => kind);
  t.deepEqual(kinds.sort(), ['device', 'export']);
  await chmod(closed, 0o700);
});

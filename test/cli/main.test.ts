import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { VERSION } from '../../src/platform/version.ts';
import { jsonLines, securechat } from '../helpers/screen/cli.ts';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('--version and --help print to standard output', async (t) => {
  t.deepEqual(await securechat(['--version']), { code: 0, signal: null, stdout: `${VERSION}\n`, stderr: '' });
  const help = await securechat(['--help']);
  t.is(help.code, 0);
  t.regex(help.stdout, /securechat register .*create an account/);
  t.regex(help.stdout, /--password-file/);
  t.regex((await securechat(['profile', '--help'])).stdout, /securechat profile unlock .*remove the lock/);
});

test('wrong arguments are a usage error on standard error', async (t) => {
  const profile = await temporaryFolder(t);
  const cases: [string[], RegExp][] = [
    [['nonsense'], /no command "nonsense"/],
    [['--user', 'bob', 'nonsense', 'bob', '--x'], /no command "nonsense"/],
    [['--nonsense'], /Unknown argument: nonsense/],
    [['http://host:1'], /no command/],
    [['profile'], /securechat profile needs lock or unlock; see securechat profile --help/],
    [['profile', 'nonsense'], /no command "profile nonsense"/],
    [['profile', 'lock', 'x'], /Unknown argument: x; see securechat profile lock --help/],
    [['users', '--password-file=-', '--profile-passphrase-file=-'], /either the password or the passphrase/],
    [['users', '--nonsense'], /Unknown argument: nonsense/],
    [['users', '--password', 'x'], /Unknown argument: password/],
    [['users', '--server', 'a', '--server', 'b'], /--server was given twice/],
    [['users', '--server', ''], /--server needs a value/],
    [['users', '--server'], /Not enough arguments following: server/],
    [['users', '--timeout', 'soon'], /--timeout must be a number/],
    [['users', '--server', 'h:99999', '--user', 'bob'], /not an address/],
    [['users', '--server', 'securechat://h:1#12', '--user', 'bob'], /64 hexadecimal digits/],
    [['users', '--user', 'b:b'], /a name has 1 to 32/],
    [['send', 'bob', 'x', '--quiet=banana'], /--quiet takes no value but yes or no.*"banana"/],
    [['send', 'bob', 'use', '--text', 'for it'], /Unknown argument: text; put -- before text that begins with -/],
    [['send', 'bob', 'see', '--to=carol'], /Unknown argument: to/],
    [['upload', 'bob', 'a', '--file', 'b'], /Unknown argument: file/],
    [['history', 'bob', '--no-with'], /Unknown argument: with/],
    [['--link', 'securechat://h:1'], /Unknown argument: link/],
    [['download', 'x', '--out', ''], /--out needs a value/],
    [['listen', '--exec='], /--exec needs a value/],
    [['send', 'bob', '-x'], /put -- before text that begins with -; see securechat send/],
    [['users', '--timeout', 'Infinity'], /--timeout must be a number of seconds, up to 86400/],
    [['forget', 'h:1', '--', '-x'], /Unknown argument: -x; see securechat forget --help/],
    [['upload'], /securechat upload needs TO and FILE; see securechat upload --help/],
    [['upload', 'bob', '--'], /securechat upload needs TO and FILE/],
    [['upload', 'bob', '--', '--not-there'], /--not-there/],
    [['upload', '--', 'bob', '-not there'], /-not there/],
    [['plain', 'nonsense'], /"nonsense" is not a join link/],
    [['plain', `securechat://h:1#${'ab'.repeat(32)}`], /give your name with --user/],
    [['users'], /give your name with --user/],
    [['register'], /choose a name/],
    [['register', '--user', 'bob'], /a password is needed/],
    [['register', '--user', 'bob', '--password-file', '/nonexistent/pw'], /does not exist/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stdout, stderr } = await securechat(args, { env: { SECURECHAT_PROFILE: profile } });
    t.deepEqual([code, stdout], [2, ''], args.join(' '));
    t.regex(stderr, sentence);
  }
});

test('with --json an error is also printed as an object', async (t) => {
  const result = await securechat(['users', '--json'], { env: { SECURECHAT_PROFILE: await temporaryFolder(t) } });
  t.is(result.code, 2);
  const [line] = jsonLines(result);
  t.like(line, { v: 1, type: 'error', code: 'usage' });
});

test('flags win over the environment, which wins over config.toml', async (t) => {
  const profile = await temporaryFolder(t);
  await writeFile(join(profile, 'config.toml'), 'server = "file.invalid:1"\nuser = "bob"\ntrust-new = true\n');
  const env = { SECURECHAT_PROFILE: profile };
  t.regex((await securechat(['users'], { env })).stderr, /cannot connect to file\.invalid:1/);
  const more = { ...env, SECURECHAT_SERVER: 'env.invalid:1' };
  t.regex((await securechat(['users'], { env: more })).stderr, /cannot connect to env\.invalid:1/);
  const flag = await securechat(['users', '--server', 'flag.invalid:1'], { env: more });
  t.regex(flag.stderr, /cannot connect to flag\.invalid:1/);
  t.is(flag.code, 4);
});

test('a wrong config.toml or environment variable is a usage error', async (t) => {
  const profile = await temporaryFolder(t);
  await writeFile(join(profile, 'config.toml'), 'sever = "x"\n');
  const wrongFile = await securechat(['users', '--profile', profile]);
  t.is(wrongFile.code, 2);
  t.regex(wrongFile.stderr, /config\.toml: "sever" is not an option/);
  const wrongVariable = await securechat(['users'], { env: { SECURECHAT_JSON: 'perhaps' } });
  t.is(wrongVariable.code, 2);
  t.regex(wrongVariable.stderr, /SECURECHAT_JSON must be yes or no.*not "perhaps"/);
});

test('a port of another program, or one that is silent for --timeout, ends with exit status 4', async (t) => {
  const profile = await temporaryFolder(t);
  const to = async (each: Parameters<typeof startTcpServer>[1]): Promise<string> => {
    const { host, port } = await startTcpServer(t, each);
    return `${host}:${port}`;
  };
  const http = await to((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const common = ['users', '--user', 'bob', '--profile', profile];
  const answered = await securechat([...common, '--server', http]);
  t.is(answered.code, 4);
  t.regex(answered.stderr, /is not a SecureChat server/);
  const silent = await to(() => {});
  const given = await securechat([...common, '--server', silent, '--timeout', '0.3']);
  t.is(given.code, 4);
  t.regex(given.stderr, /does not answer/);
});

test('a password file that other users can read causes a warning', async (t) => {
  const profile = await temporaryFolder(t);
  const path = join(profile, 'pw');
  await writeFile(path, 'secret\n');
  await chmod(path, 0o644);
  const args = ['users', '--user', 'bob', '--profile', profile, '--password-file', path, '--server', '127.0.0.1:1'];
  const { stderr } = await securechat([...args, '--quiet']);
  t.regex(stderr, /can be read by other users/);
});

test('only the owner can read the profile and its files', async (t) => {
  const profile = join(await temporaryFolder(t), 'made');
  await securechat(['forget', 'host:1', '--profile', profile]);
  t.is((await stat(profile)).mode & 0o077, 0);
  for (const name of await readdir(profile)) t.is((await stat(join(profile, name))).mode & 0o077, 0, name);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { signInAs } from '../../../helpers/client/sign-in.ts';
import { openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { jsonLines, securechat } from '../../../helpers/screen/cli.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test('register creates an account; whoami and users then need no further options', async (t) => {
  const { at: daemon } = await openDaemon(t);
  const dir = await temporaryFolder(t);
  const env = { SECURECHAT_PROFILE: join(dir, 'p') };
  const made = await securechat(['register', '--user', 'alice', '--server', daemon.join, '--password-file', '-'], {
    env,
    stdin: 'correct horse\n',
    unmodified: true,
  });
  t.is(made.code, 0, made.stderr);
  t.regex(made.stdout, /^you are alice at 127\.0\.0\.1:\d+; your fingerprint is [0-9a-f]{64}\n$/);
  t.regex(made.stderr, /nobody can reset your password[\s\S]*generating your keys/);

  // The profile knows the server and the name, and logs in with its key.
  const me = await securechat(['whoami', '--json'], { env });
  t.is(me.code, 0, me.stderr);
  t.is(me.stderr, '');
  const [line] = jsonLines(me);
  t.like(line, { v: 1, type: 'me', name: 'alice', join: daemon.join });
  t.true(made.stdout.includes(String(line?.fingerprint)));

  const users = await securechat(['users', '--json'], { env });
  const fingerprint = line?.fingerprint;
  t.deepEqual(jsonLines(users), [{ v: 1, type: 'user', name: 'alice', online: true, fingerprint, verified: true }]);
  t.regex((await securechat(['users'], { env })).stdout, /^alice {2}online, you {2}[0-9a-f]{64}\n$/);
});

test('refused logins and registrations have their exit status and one line of error', async (t) => {
  const { at: daemon } = await openDaemon(t);
  const address = `127.0.0.1:${daemon.port}`;
  const dir = await temporaryFolder(t);
  const profile = join(dir, 'p');
  const account = { user: 'alice', server: daemon.join, profile, password: 'secret', register: {} } as const;
  await (await signInAs(t, account)).close();
  for (const word of ['secret', 'wrong']) await writeFile(join(dir, word), word, { mode: 0o600 });
  await writeFile(join(dir, 'other'), 'correct horse', { mode: 0o600 });
  const empty = join(dir, 'empty');
  const other = `securechat://${address}#${'ab'.repeat(32)}`;
  const cases: [string[], number, RegExp][] = [
    [
      ['users', '--server', address, '--profile', profile, '--password-file', join(dir, 'wrong')],
      3,
      /wrong name or pass/,
    ],
    [
      ['users', '--server', address, '--profile', profile, '--user', 'bob', '--password-file', join(dir, 'secret')],
      3,
      /wrong/,
    ],
    [['users', '--server', address, '--profile', empty, '--user', 'alice'], 5, /is not known here; compare/],
    [['users', '--server', other, '--profile', profile, '--trust-new'], 2, /give your name/],
    [
      ['users', '--server', other, '--profile', profile, '--user', 'alice', '--trust-new'],
      5,
      /names another key for .* than the one you trust/,
    ],
    [['users', '--server', other, '--profile', empty, '--user', 'alice'], 5, /this link is not for the server at/],
    [
      ['register', '--server', address, '--profile', profile, '--user', 'alice', '--password-file', join(dir, 'other')],
      6,
      /taken/,
    ],
    [
      ['register', '--server', address, '--profile', empty, '--user', 'new', '--password-file', join(dir, 'secret')],
      2,
      /use 8 characters or more/,
    ],
  ];
  for (const [args, code, sentence] of cases) {
    const result = await securechat([...args, '--quiet']);
    t.is(result.code, code, `${args.join(' ')}\n${result.stderr}`);
    t.is(result.stdout, '');
    t.regex(result.stderr, sentence);
    t.is(result.stderr.trim().split('\n').length, 1, result.stderr);
  }
});

test('forget removes the key of an address; an unknown address is refused', async (t) => {
  const { at: daemon } = await openDaemon(t);
  const address = `127.0.0.1:${daemon.port}`;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { user: 'alice', server: daemon.join, profile, password: 'secret', register: {} })).close();
  const common = ['--profile', profile, '--server', address];
  t.is((await securechat(['whoami', ...common])).code, 0);
  t.is((await securechat(['forget', address, '--profile', profile])).code, 0);
  t.is((await securechat(['whoami', ...common, '--user', 'alice'])).code, 0, 'its key is still known');
  t.is((await securechat(['forget', 'other:1', '--profile', profile])).code, 6);
});

/** Each invalid input gets one clear sentence and its exit status, and everybody else goes on. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PASSWORD, testAccounts } from '../helpers/daemon/test-accounts.ts';
import { type CliResult, jsonLines, securechat } from '../helpers/screen/cli.ts';

/** Asserts one sentence on standard error, nothing on standard output, and the exit status. */
function refusedWith(t: ExecutionContext, result: CliResult, code: number, sentence: RegExp, what: string): void {
  t.is(result.code, code, `${what}: ${result.stderr}`);
  t.is(result.stdout, '', what);
  t.regex(result.stderr, /^securechat: \P{Cc}+\n$/u, what);
  t.regex(result.stderr, sentence, what);
}

test.serial('an invalid text gives exit status 2, and an unknown recipient 6', async (t) => {
  const { as } = await testAccounts(t);
  const cases: [string[], number, RegExp][] = [
    [['send', 'nobody', 'hi'], 6, /there is no user with that name/],
    [['send', '#cellar', 'hi'], 6, /there is no room #cellar/],
    [['send', 'a:b', 'hi'], 2, /is not a valid name/],
    [['send', 'a\u001b[31m', 'hi'], 2, /is not a valid name/],
    [['send', 'bob', ''], 2, /no text/],
    [['send', 'bob', ' '], 2, /no text/],
    [['send', 'bob', 'x'.repeat(4097)], 2, /4097 bytes, the maximum is 4096/],
    [['send', 'bob', '--bogus', 'hi'], 2, /bogus/],
    [['send', 'bob', 'hi', '--user', 'alice', '--user', 'alice'], 2, /--user was given twice/],
    [['history', 'nobody'], 6, /there is no user with that name/],
    [['history', 'bob', '--limit', '0'], 2, /--limit takes a number/],
    [['history', 'bob', '--since', 'once'], 2, /--since takes a date/],
    [['download', '../users.txt'], 6, /there is no file/],
    [['send', '#lobby', 'hi', '--wait-delivered'], 2, /rooms have no receipts/],
  ];
  for (const [args, code, sentence] of cases) refusedWith(t, await as('alice', args), code, sentence, args.join(' '));
  for (const stdin of ['', '\n', 'x'.repeat(4097), Buffer.from('a\xff', 'latin1')])
    refusedWith(t, await as('alice', ['send', 'bob'], { stdin }), 2, /text|UTF-8/, JSON.stringify(stdin));
  const [error] = jsonLines(await as('alice', ['send', 'nobody', 'hi', '--json']));
  t.like(error, { v: 1, type: 'error' });

  t.is((await as('alice', ['send', 'bob', 'x'.repeat(4096)])).code, 0, 'the longest');
  t.deepEqual(
    jsonLines(await as('bob', ['history', 'alice', '--json'])).map(({ text }) => String(text).length),
    [4096],
    'nothing else arrived',
  );
});

test.serial('a refused login gives exit status 3, and a taken or look-alike name 6', async (t) => {
  const { daemon, dir, as } = await testAccounts(t, ['alice']);
  const shared = ['--server', daemon.join, '--quiet', '--password-file', '-'];
  const attempt = (command: string, user: string, password: string, n: number) =>
    securechat([command, '--user', user, '--profile', join(dir, `try${n}`), ...shared], { stdin: `${password}\n` });
  const cases: [string, string, string, number, RegExp][] = [
    ['whoami', 'alice', 'wrong', 3, /wrong name or password/],
    ['whoami', 'nobody', PASSWORD, 3, /wrong name or password/],
    ['whoami', 'Alice', PASSWORD, 3, /wrong name or password/],
    ['whoami', 'alice', '', 2, /standard input is empty/],
    ['register', 'alice', PASSWORD, 6, /taken/],
    ['register', 'Alice', PASSWORD, 6, /looks like that of alice/],
    ['register', 'a1ice', PASSWORD, 6, /looks like that of alice/],
    ['register', '\u0430lice', PASSWORD, 2, /of one script/],
    ['register', 'al:ice', PASSWORD, 2, /a name has/],
    ['register', 'al\u0007ice', PASSWORD, 2, /a name has/],
    ['register', 'al\nice', PASSWORD, 2, /a name has/],
    ['register', 'x'.repeat(33), PASSWORD, 2, /a name has/],
  ];
  for (const [n, [command, user, password, code, sentence]] of cases.entries())
    refusedWith(t, await attempt(command, user, password, n), code, sentence, `${command} ${user}`);

  // The profile holds a valid key, but the given password counts.
  refusedWith(t, await as('alice', ['whoami', ...shared], { stdin: 'wrong\n' }), 3, /wrong name or password/, 'key');
  t.is((await as('alice', ['whoami'])).code, 0);
});

test.serial('an unknown or wrong key of the daemon gives exit status 5', async (t) => {
  const { daemon, dir, as } = await testAccounts(t, ['alice']);
  const address = `127.0.0.1:${daemon.port}`;
  const other = `securechat://${address}#${'ab'.repeat(32)}`;
  const stranger = ['whoami', '--user', 'alice', '--profile', join(dir, 'new'), '--password-file', 'password'];
  const unknown = await securechat([...stranger, '--server', address], { cwd: dir });
  refusedWith(t, unknown, 5, /is not known here/, 'unknown');
  t.true(unknown.stderr.includes(daemon.fingerprint));
  for (const more of [[], ['--trust-new']]) {
    const changed = await as('alice', ['whoami', '--server', other, ...more]);
    t.is(changed.code, 5);
    t.is(changed.stdout, '');
    for (const fingerprint of ['ab'.repeat(32), daemon.fingerprint]) t.true(changed.stderr.includes(fingerprint));
  }
  const trusted = await securechat([...stranger, '--server', address, '--trust-new'], { cwd: dir });
  t.is(trusted.code, 0, trusted.stderr);
  t.is((await securechat([...stranger, '--server', address], { cwd: dir })).code, 0, 'remembered');
});

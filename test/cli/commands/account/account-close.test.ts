import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { PASSWORD, testAccounts } from '../../../helpers/daemon/test-accounts.ts';
import { jsonLines } from '../../../helpers/screen/cli.ts';
import { openCliScreen } from '../../../helpers/screen/cli-screen.ts';

test('a script closes an account with --yes and a password file, and is told what goes and what stays', async (t) => {
  const { as, dir } = await testAccounts(t);
  const password = ['--password-file', 'password'];
  const asked = await as('alice', ['account', 'close', ...password]);
  t.is(asked.code, 2, asked.stderr);
  t.regex(asked.stderr, /run it in a terminal, or give --yes and --password-file/);
  await writeFile(join(dir, 'wrong'), 'another password', { mode: 0o600 });
  t.is((await as('alice', ['account', 'close', '--yes', '--password-file', 'wrong'])).code, 3);
  const unsaid = await as('alice', ['account', 'close', '--yes']);
  t.is(unsaid.code, 2, 'the key of the profile alone does not close it');
  t.is((await as('alice', ['whoami'])).code, 0);

  const closed = await as('alice', ['account', 'close', '--yes', '--json', ...password]);
  t.is(closed.code, 0, closed.stderr);
  t.like(jsonLines(closed)[0], { v: 1, type: 'closed', name: 'alice', profile: join(dir, 'alice') });
  t.regex(
    closed.stderr,
    /cannot be undone[\s\S]*can no longer log in[\s\S]*stays with them[\s\S]*the name becomes free/,
  );
  const after = await as('alice', ['whoami', ...password]);
  t.is(after.code, 3);
  t.regex(after.stderr, /wrong name or password/);
  t.regex((await as('bob', ['users'])).stdout, /^bob .*\n$/);
  const late = await as('bob', ['send', 'alice', 'hello']);
  t.is(late.code, 6);
  t.regex(late.stderr, /no user with that name/);
});

test('a person types the name and the password; with another name the account stays', async (t) => {
  const { env, as } = await testAccounts(t, ['alice']);
  const begin = async (name: string) => {
    const screen = openCliScreen(t, ['account', 'close'], { env: env('alice') });
    const seen = await screen.until((text) => text.includes('type alice to close the account:'));
    t.regex(
      seen.replaceAll('\n', ''),
      /cannot be undone.*can no longer log in.*stays with them.*the name becomes free/,
    );
    screen.write(`${name}\r`);
    return screen;
  };
  const mistyped = await begin('alicia');
  await mistyped.until((text) => text.includes('"alicia" is not alice: the account stays as it was'));
  t.is((await mistyped.exited).exitCode, 2);
  t.is((await as('alice', ['whoami'])).code, 0);
  const closed = await begin('alice');
  await closed.until((text) => text.includes('password for alice:'));
  closed.write(`${PASSWORD}\r`);
  await closed.until((text) => text.includes('the account alice is closed'));
  t.is((await closed.exited).exitCode, 0);
  t.is((await as('alice', ['whoami', '--password-file', 'password'])).code, 3);
});

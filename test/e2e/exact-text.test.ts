/** Text that people write, name and print passes whole programs unchanged, or a sentence says why not. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PASSWORD, type TestAccounts, testAccounts } from '../helpers/daemon/test-accounts.ts';
import { type CliResult, jsonLines, securechat } from '../helpers/screen/cli.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const texts = [
  'a\tb',
  'km\u200bkm',
  '50\u00a0EUR',
  '50\u202f\u20ac',
  '\u101c\u103b\u103e\u102d\u102f\u1037\u101d\u103e\u1000\u103a',
  '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645',
  'cafe\u0301 \u2028 \u05d0\u200f!',
];
/** Runs the following command with its output on a full disk. */
const fullDisk = ['sh', '-c', 'exec "$@" >/dev/full', 'sh'];

test('written, named and printed text passes whole programs unchanged', async (t) => {
  t.timeout(240_000);
  const house = await testAccounts(t);
  await textsArrive(t, house);
  await namesAndOutput(t, house);
  await passwordsAndProfiles(t, house);
});

/** Byte for byte: as arguments, from standard input and in line mode; no flag takes a word. */
async function textsArrive(t: ExecutionContext, { as, start }: TestAccounts): Promise<void> {
  const bob = start('bob', ['listen', '--json', '--quiet'], { stdin: null });
  t.is((await as('alice', ['send', 'bob', '--quiet', 'false', 'alarm'])).code, 0);
  t.is((await as('alice', ['send', 'bob', '--wait-delivered', 'false', 'hopes'])).code, 0);
  const stdin = `\ufeff${texts.join('\n')}`;
  t.is((await as('alice', ['send', 'bob'], { stdin: `${stdin}\r\n` })).code, 0);
  const alice = start('alice', ['plain', '--receipts'], { stdin: null });
  alice.writeLines('.msg bob', ...texts);
  const sent = ['false alarm', 'false hopes', stdin, ...texts];
  await bob.untilWritten(new RegExp(`(?:.+\\n){${sent.length}}`));
  // With one receipt for all, so that the last message can be edited.
  await alice.untilWritten(/delivered to @bob: caf/);
  alice.writeLines('.edit changed\tto\u200bthis', '.exit');
  t.is((await alice.ended).code, 0);
  const textsOf = (result: CliResult) => jsonLines(result).map(({ text }) => text);
  t.deepEqual(textsOf(await bob.stop()), sent);
  const after = [...sent.slice(0, -1), 'changed\tto\u200bthis'];
  t.deepEqual(textsOf(await as('bob', ['history', 'alice', '--json'])), after);
}

/** Lost output is reported; a printed name finds its file; a link in the current folder is not followed. */
async function namesAndOutput(t: ExecutionContext, { as, dir }: TestAccounts): Promise<void> {
  const lost = await as('alice', ['users'], { under: fullDisk });
  t.deepEqual([lost.code, lost.stdout], [1, '']);
  t.regex(lost.stderr, /^securechat: not all of the output could be written: the disk is full\n$/);

  const unnamed = ['sh', '-c', 'exec "$@" "$(printf "caf\\351.txt")"', 'sh'];
  const badName = await as('alice', ['upload', 'bob'], { under: unnamed });
  t.deepEqual([badName.code, badName.stdout], [2, '']);
  t.regex(badName.stderr, /not UTF-8/);

  for (const name of ['new\nline.txt', '-rf.txt']) await writeFile(join(dir, name), name);
  t.is((await as('alice', ['upload', 'bob', '--', 'new\nline.txt', '-rf.txt'])).code, 0);
  const home = await temporaryFolder(t);
  await mkdir(join(home, 'elsewhere'));
  await symlink(join(home, 'elsewhere'), join(dir, 'client_files'));
  const fetched = await as('bob', ['download', 'new line.txt'], { env: { HOME: home } });
  t.is(fetched.code, 0, fetched.stderr);
  t.is(fetched.stdout, `${join(home, 'Downloads', 'new line.txt')}: 12 bytes, verified\n`);
  t.regex(fetched.stderr, /client_files is a link or a file, not a folder of your own: downloads go to .*Downloads/);
}

/** Passwords that cannot be typed are refused; no profile is made by accident; shell and screen use the same account. */
async function passwordsAndProfiles(t: ExecutionContext, { dir, as, env }: TestAccounts): Promise<void> {
  const file = async (name: string, bytes: string | Uint8Array) => {
    await writeFile(join(dir, name), bytes, { mode: 0o600 });
    return ['--password-file', join(dir, name)];
  };
  const unseen = await file('unseen', Buffer.from('736f6d65e2808b676f6f642070617373', 'hex'));
  const made = await as('alice', ['register', '--user', 'dan', ...unseen]);
  t.deepEqual([made.code, made.stdout], [2, '']);
  t.regex(made.stderr, /an invisible character \(U\+200B\) at place 5/);
  t.false(made.stderr.includes('good'));
  t.regex((await as('alice', ['whoami', ...unseen])).stderr, /wrong name or password; .*U\+200B\) at place 5/);
  t.is((await as('alice', ['whoami', ...(await file('marked', `\ufeff${PASSWORD}\r\n`))])).code, 0);

  const away = await temporaryFolder(t);
  for (const HOME of ['', '/proc/nobody']) {
    const run = await securechat(['users', '--user', 'alice'], { cwd: away, env: { HOME } });
    t.deepEqual([run.code, run.stdout], [2, ''], HOME);
    t.regex(run.stderr, /give (another with )?--profile/, HOME);
  }
  t.deepEqual(await readdir(away), []);

  const screen = openCliScreen(t, ['--profile', env('alice').SECURECHAT_PROFILE ?? '', '--downloads', dir]);
  await screen.until((text) => text.includes('#lobby ›') && text.includes('● online'), 60_000);
}

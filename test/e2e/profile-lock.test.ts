/** A locked profile at a real terminal, with the real daemon. */
import { join } from 'node:path';
import test from 'ava';
import { testAccounts } from '../helpers/daemon/test-accounts.ts';
import { securechat } from '../helpers/screen/cli.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';

const PATIENCE = 40_000;

test.serial('a person locks a profile, starts the screen, covers it, and comes back', async (t) => {
  t.timeout(180_000);
  const { daemon, dir } = await testAccounts(t);
  const common = (user: string): string[] => ['--server', daemon.join, '--profile', join(dir, user)];

  const shell = openCliScreen(t, ['profile', 'lock', '--profile', join(dir, 'alice')]);
  await shell.until((text) => text.includes('new passphrase of the profile:'), PATIENCE);
  shell.write('correct horse\r');
  await shell.until((text) => text.includes('once more:'), PATIENCE);
  shell.write('correct horse\r');
  await shell.until((text) => text.includes('the profile is locked'), PATIENCE);
  t.is((await shell.exited).exitCode, 0);

  const screen = openCliScreen(t, common('alice'), { cols: 100, rows: 24, env: { COLORTERM: 'truecolor' } });
  await screen.until((text) => text.includes('passphrase of the profile:'), PATIENCE);
  screen.write('battery staple\r');
  await screen.until((text) => text.includes('the passphrase of the profile is wrong'), PATIENCE);
  screen.write('correct horse\r');
  await screen.until((text) => text.includes('#lobby ›') && text.includes('● online'), PATIENCE);
  t.notRegex(screen.rows().join('\n'), /passphrase|horse/);

  screen.write('.lock\r');
  await screen.until((text) => text.includes('this screen is locked'), PATIENCE);
  const sent = await securechat(['send', 'alice', 'psst', ...common('bob'), '--wait-delivered']);
  t.is(sent.code, 0, sent.stderr);
  t.notRegex(screen.rows().join('\n'), /alice|bob|lobby|psst/);
  screen.write('battery staple\r');
  await screen.until((text) => text.includes('the passphrase of the profile is wrong'), PATIENCE);
  screen.write('correct horse\r');
  await screen.until((text) => /bob +1/.test(text), PATIENCE);
  screen.write('.lock\r');
  await screen.until((text) => text.includes('this screen is locked'), PATIENCE);
  screen.write('\x11');
  t.is((await screen.exited).exitCode, 0);
  t.notRegex(screen.rows().join('\n'), /bob|psst/);

  const refused = openCliScreen(t, ['plain', ...common('alice')], { cols: 80 });
  await refused.until((text) => text.includes('passphrase of the profile:'), PATIENCE);
  for (const typed of ['one', 'two', 'three']) refused.write(`${typed}\r`);
  t.is((await refused.exited).exitCode, 3);

  for (const TERM of ['xterm-256color', 'dumb']) {
    const line = openCliScreen(t, ['plain', ...common('alice')], { cols: 80, env: { TERM } });
    await line.until((text) => text.includes('passphrase of the profile:'), PATIENCE);
    line.write('correct horse\r');
    await line.until((text) => text.includes('.exit leaves'), PATIENCE);
    line.write('.lock\r');
    await line.until((text) => text.includes('.lock is for the screen'), PATIENCE);
    line.write('.exit\r');
    t.is((await line.exited).exitCode, 0);
  }
});

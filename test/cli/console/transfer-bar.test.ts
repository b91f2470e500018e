/** Progress bar and result are printed at the same place: erasing the bar must not erase the result. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { testAccounts } from '../../helpers/daemon/test-accounts.ts';
import { openCliScreen } from '../../helpers/screen/cli-screen.ts';

test('the results of upload and download stay on the terminal when the progress bar goes', async (t) => {
  t.timeout(120_000);
  const { daemon, dir } = await testAccounts(t, ['alice']);
  const common = ['--user', 'alice', '--server', daemon.join, '--profile', join(dir, 'alice')];
  await writeFile(join(dir, 'report.txt'), 'x'.repeat(300_000));
  const inTerminal = async (...args: string[]): Promise<string> => {
    const screen = openCliScreen(t, [...args, ...common], { cols: 200, rows: 20 });
    t.is((await screen.exited).exitCode, 0);
    await screen.settled();
    return screen.rows().join('\n');
  };
  const sent = await inTerminal('upload', '#lobby', join(dir, 'report.txt'));
  t.regex(sent, /sent the file report\.txt \(300000 bytes\)/);
  t.notRegex(sent, /100%/);
  const fetched = await inTerminal('download', 'report.txt', '--out', join(dir, 'got'));
  t.regex(fetched, /report\.txt: 300000 bytes, verified/);
  t.notRegex(fetched, /100%/);
});

/** At a real terminal the bar and the answer share the place where the cursor is: the answer must outlive the bar. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { startDaemon } from '../../helpers/daemon.ts';
import { temporaryFolder } from '../../helpers/folder.ts';
import { openScreen } from '../../helpers/screen.ts';
import { signInAs } from '../../helpers/sign-in.ts';

const root = new URL('../../../', import.meta.url);

test('what upload and download answer stays on the screen when their bar goes', async (t) => {
  t.timeout(120_000);
  const daemon = await startDaemon(t);
  const dir = await temporaryFolder(t);
  const profile = join(dir, 'alice');
  const common = { user: 'alice' as const, server: daemon.join, profile };
  await (await signInAs(t, { ...common, password: 'secret', register: {} })).close();
  await writeFile(join(dir, 'report.txt'), 'x'.repeat(300_000));
  const inTerminal = async (...args: string[]): Promise<string> => {
    const screen = openScreen(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        `--import=${new URL('scripts/tsx-hook.mjs', root).href}`,
        fileURLToPath(new URL('src/tui/main.tsx', root)),
        ...args,
        ...['--user', 'alice', '--server', daemon.join, '--profile', profile],
      ],
      { cols: 200, rows: 20 },
    );
    t.teardown(() => screen.kill('SIGKILL'));
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

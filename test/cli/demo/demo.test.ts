/** The demo as a whole program: at a terminal and without one. Without one it searches for its keys itself, which takes a while. */
import { readdirSync } from 'node:fs';
import test from 'ava';
import { securechat } from '../../helpers/screen/cli.ts';
import { openCliScreen } from '../../helpers/screen/cli-screen.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const PATIENCE = 90_000;

test.serial('at a terminal it is the screen with somebody to talk to, and leaves nothing behind', async (t) => {
  t.timeout(240_000);
  const TMPDIR = await temporaryFolder(t);
  const screen = openCliScreen(t, ['demo'], { cols: 110, rows: 40, env: { TMPDIR, COLORTERM: 'truecolor' } });
  await screen.until((text) => text.includes('starting a daemon'), PATIENCE);
  await screen.until((text) => text.includes('robin  hello you'), PATIENCE);
  screen.write('hello robin\r');
  await screen.until((text) => text.includes('nice to have you here') && text.includes('three keys'), PATIENCE);
  screen.write('what is this?\r');
  await screen.until((text) => text.includes('▤ welcome.txt'), PATIENCE);
  screen.write('.download welcome.txt\r');
  await screen.until((text) => text.includes('saved and checked'), PATIENCE);
  t.is(readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')).length, 1);
  screen.write('\x03');
  screen.write('\x03');
  const shown = await screen.until((text) => text.includes('securechat --help'), PATIENCE);
  t.regex(shown, /The daemon has stopped and its folder is deleted/);
  t.is((await screen.exited).exitCode, 0);
  t.deepEqual(
    readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')),
    [],
  );
});

test.serial('without a terminal two people talk, and it ends by itself', async (t) => {
  t.timeout(240_000);
  const TMPDIR = await temporaryFolder(t);
  const { code, stdout, stderr } = await securechat(['demo'], { env: { TMPDIR }, slowKeys: true });
  t.is(code, 0, stderr);
  t.regex(stdout, /bob reads {2}alice: did you get the build through\?/);
  t.regex(stdout, /bob has it, byte for byte/);
  t.regex(stdout, /The daemon has stopped and its folder is deleted/);
  t.deepEqual(
    readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')),
    [],
  );
});

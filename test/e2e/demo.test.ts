/** The demo as a whole program, with and without a terminal. Without one it generates real keys, which takes a while. */
import { readdirSync } from 'node:fs';
import test from 'ava';
import { securechat } from '../helpers/screen/cli.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const PATIENCE = 90_000;

test.serial('at a terminal the demo opens the screen with a bot and deletes everything at the end', async (t) => {
  t.timeout(240_000);
  const TMPDIR = await temporaryFolder(t);
  const screen = openCliScreen(t, ['demo'], { cols: 110, rows: 40, env: { TMPDIR, COLORTERM: 'truecolor' } });
  await screen.until((text) => text.includes('starting the server'), PATIENCE);
  await screen.until((text) => text.includes('robin  hello you'), PATIENCE);
  screen.write('hello robin\r');
  await screen.until((text) => text.includes('nice to have you here') && text.includes('three useful keys'), PATIENCE);
  screen.write('what is this?\r');
  await screen.until((text) => text.includes('▤ welcome.txt'), PATIENCE);
  screen.write('.download welcome.txt\r');
  await screen.until((text) => text.includes('saved and checked'), PATIENCE);
  t.is(readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')).length, 1);
  screen.write('\x03');
  screen.write('\x03');
  const shown = await screen.until((text) => text.includes('securechat.js --help'), PATIENCE);
  t.regex(shown, /The server has stopped and its folder is deleted/);
  t.is((await screen.exited).exitCode, 0);
  t.deepEqual(
    readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')),
    [],
  );
});

test.serial('without a terminal the demo prints a conversation of two people and ends', async (t) => {
  t.timeout(240_000);
  const TMPDIR = await temporaryFolder(t);
  const { code, stdout, stderr } = await securechat(['demo'], { env: { TMPDIR }, unmodified: true });
  t.is(code, 0, stderr);
  t.regex(stdout, /bob reads {2}alice: did the build pass\?/);
  t.regex(stdout, /bob has downloaded it unchanged/);
  t.regex(stdout, /The server has stopped and its folder is deleted/);
  t.deepEqual(
    readdirSync(TMPDIR).filter((name) => name.startsWith('securechat-demo-')),
    [],
  );
});

import test from 'ava';
import { Output } from '../../../src/cli/console/output.ts';
import { Progress } from '../../../src/cli/console/progress.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function openProgress(
  env: Record<string, string>,
  settings: { isTTY?: boolean; quiet?: boolean; json?: boolean } = {},
) {
  const { isTTY = true, quiet = false, json = false } = settings;
  const clock = manualClock();
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const output = new Output({ json, quiet, stdout: stream, stderr: stream });
  return { progress: new Progress(output, stream, env, clock), clock, written };
}

test('a terminal shows one line that is redrawn and erased at the end', (t) => {
  const { progress, clock, written } = openProgress({ TERM: 'xterm' });
  progress.step('login');
  clock.advance(250);
  t.is(written.length, 2);
  t.true(written.every((text) => text.startsWith('\r\u001b[2K') && text.endsWith('logging in')));
  progress.end();
  progress.end();
  clock.advance(1000);
  t.deepEqual(written.slice(2), ['\r\u001b[2K']);
});

test('a terminal that cannot redraw gets one line for each slow step', (t) => {
  for (const env of [{ TERM: 'dumb' }, { TERM: 'xterm', INK_SCREEN_READER: 'true' }]) {
    const { progress, clock, written } = openProgress(env);
    progress.step('connect');
    clock.advance(500);
    progress.step('login');
    clock.advance(5000);
    progress.step('keys');
    progress.end();
    clock.advance(5000);
    t.deepEqual(written, ['logging in\n', 'generating your keys (two RSA key pairs, a few seconds)\n']);
  }
});

test('a pipe gets a line only for key generation; --quiet and --json print nothing', (t) => {
  const linesWith = (settings: Parameters<typeof openProgress>[1]) => {
    const { progress, clock, written } = openProgress({ TERM: 'dumb' }, settings);
    for (const step of ['connect', 'keys', 'login'] as const) {
      progress.step(step);
      clock.advance(5000);
    }
    return written.length;
  };
  t.is(linesWith({ isTTY: false }), 1);
  t.is(linesWith({ quiet: true }), 0);
  t.is(linesWith({ json: true }), 0);
});

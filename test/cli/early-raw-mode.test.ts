import test from 'ava';
import { enterRawMode, leaveRawMode } from '../../src/cli/early-raw-mode.ts';
import { Survey } from '../../src/tui/terminal/terminal-survey.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { noon } from '../helpers/screen/messages.ts';

function start(words: readonly string[], parts: { isTTY?: boolean; env?: Record<string, string> } = {}) {
  const { isTTY = true, env = { TERM: 'xterm' } } = parts;
  const modes: boolean[] = [];
  const stdin = { isTTY, setRawMode: (on: boolean) => modes.push(on) };
  enterRawMode({ argv: ['node', 'securechat', ...words], env, stdin, stdout: { isTTY: true } });
  return { modes, stdin };
}

test('raw mode starts early only when the screen will probably open', (t) => {
  for (const words of [[], ['--profile', '/p'], ['securechat://h:1#00']]) t.deepEqual(start(words).modes, [true]);
  for (const words of [['plain'], ['send', 'bob', 'x'], ['--help'], ['--profile', '/p', 'history', 'bob'], ['--plain']])
    t.deepEqual(start(words).modes, [], words.join(' '));
  t.deepEqual(start([], { isTTY: false }).modes, []);
  t.deepEqual(start([], { env: { TERM: 'dumb' } }).modes, []);
  const { modes, stdin } = start(['nosuchcommand']);
  leaveRawMode({ stdin });
  t.deepEqual(modes, [true, false]);
});

test('a failed start restores the terminal once; a screen that opened restores it itself', (t) => {
  const open = () => {
    let out = '';
    const output = { write: (text: string) => (out += text) };
    const survey = new Survey({ output, clock: manualClock(noon), background: false, multiplexed: false });
    const asked = out.length;
    return { survey, after: () => out.slice(asked) };
  };
  const failed = open();
  failed.survey.restore();
  failed.survey.restore();
  t.is(failed.after(), '\x1b[?2027l\x1b[?25h\x1b[?1049l');
  const shown = open();
  shown.survey.release();
  shown.survey.restore();
  t.is(shown.after(), '');
});

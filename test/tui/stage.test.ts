/** The screen in a real terminal, with a client that a test speaks for. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { width } from '../../src/tui/measure.ts';
import { themes } from '../../src/tui/theme.ts';
import { isRunning, openScreen, type Screen } from '../helpers/screen.ts';
import { until } from '../helpers/until.ts';

const program = fileURLToPath(new URL('./helpers/stage-program.tsx', import.meta.url));
const hook = fileURLToPath(new URL('../../scripts/tsx-hook.mjs', import.meta.url));

type Options = {
  cols?: number;
  rows?: number;
  env?: Record<string, string>;
  count?: number;
  oldWidths?: boolean;
  background?: string;
};

function start(
  t: ExecutionContext,
  scene: string,
  { cols = 100, rows = 30, env = {}, count = 60, oldWidths = false, background }: Options = {},
): Screen {
  const screen = openScreen(process.execPath, ['--no-warnings', `--import=${hook}`, program, scene, String(count)], {
    cols,
    rows,
    env: { COLORTERM: 'truecolor', ...env },
    oldWidths,
    ...(background !== undefined && { background }),
  });
  t.teardown(() => screen.kill('SIGKILL'));
  return screen;
}

const ready = (text: string) => text.includes('#lobby ›');

/** The one process that `parent` has started. Linux. */
function childOf(parent: number): number {
  const found = readdirSync('/proc').find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
    } catch {
      return false;
    }
  });
  return Number(found);
}

/** Nothing of the frame is broken: each row is as wide as the screen, the rules meet. */
function assertWhole(t: ExecutionContext, screen: Screen, cols: number): void {
  const rows = screen.rows();
  for (const row of rows) t.true(width(row.trimEnd()) <= cols, row);
  const rules = rows.filter((row) => /^─+([┼┴]─+)*─*$/.test(row.trim()));
  t.is(rules.length, 2, rows.join('\n'));
  const joints = [...(rules[0] ?? '').matchAll(/┼/g)].map((match) => match.index);
  t.deepEqual(
    [...(rules[1] ?? '').matchAll(/┴/g)].map((match) => match.index),
    joints,
  );
}

for (const [cols, rows] of [
  [60, 15],
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test.serial(`is whole at ${cols}x${rows}, and shows what was last written`, async (t) => {
    const screen = start(t, 'talk', { cols, rows });
    const text = await screen.until((seen) => ready(seen) && seen.includes('● online') && seen.includes(' new '));
    assertWhole(t, screen, cols);
    t.is(text.includes('People'), cols >= 70);
    t.is(text.includes('Files'), cols >= 100);
  });
}

test.serial('a terminal with other ideas of how wide emoji are keeps every row on its own line', async (t) => {
  const screen = start(t, 'talk', { oldWidths: true, count: 200 });
  await screen.until((seen) => ready(seen) && seen.includes(' new ') && seen.includes('👩'));
  screen.write('\x1bOP');
  const text = await screen.until((seen) => seen.includes('╰') && seen.includes('.help lists commands'));
  const rows = text.split('\n');
  t.regex(rows[1] ?? '', /^─+┼─+┼─+$/);
  t.regex(rows.at(-3) ?? '', /^─+┴─+┴─+$/);
  t.regex(rows.at(-2) ?? '', /^ #lobby › write to/);
  t.regex(rows.at(-1) ?? '', /● online/);
});

test.serial('from the first start to the chat, with nothing but the keyboard', async (t) => {
  const screen = start(t, 'login');
  await screen.until((text) => text.includes('Server') && text.includes('127.0.0.1:65345'));
  screen.write('\r');
  await screen.until((text) => text.includes('Is this your server?') && text.includes('acorn basin cobra'));
  screen.write('\r');
  await screen.until((text) => text.includes('Password') && text.includes('[x] new here'));
  screen.write('alice\r');
  screen.write('short\r');
  await screen.until((text) => text.includes('8 characters or more'));
  screen.write('\x15correct horse battery\r');
  await screen.until((text) => text.includes('strong'));
  t.false(screen.rows().join('').includes('correct'));
  screen.write('correct horse batterY\r');
  await screen.until((text) => text.includes('differ'));
  screen.write('\x7fy\r');
  await screen.until((text) => text.includes('making your keys'));
  await screen.until(ready);
});

for (const pause of [40, 5, 0]) {
  test.serial(`no letter is lost or changes its place with ${pause} ms between keys`, async (t) => {
    const screen = start(t, 'talk');
    await screen.until(ready);
    const line = 'The quick brown fox: 0123456789 åß漢字🙂 jumps';
    for (const letter of line) {
      screen.write(letter);
      if (pause > 0) await after(pause);
    }
    await screen.until((text) => text.includes(`#lobby › ${line}`));
    screen.write('\x01X\x05Y\r');
    await screen.until((text) => text.includes(`alice  X${line.slice(0, 20)}`) && text.includes('write to #lobby'));
    t.pass();
  });
}

test.serial('keys between letters keep their order in one burst', async (t) => {
  const screen = start(t, 'talk');
  await screen.until(ready);
  screen.write('abc\x7f\x7fd\x1b[De\x1b[Cf\x1b[200~two\rlines\x1b[201~\x1bbZ');
  await screen.until((text) => /#lobby › aedftwo\s*\n\s+Zlines/.test(text));
  t.pass();
});

test.serial('a resize at any moment leaves a whole frame', async (t) => {
  const screen = start(t, 'flood', { cols: 120, rows: 30 });
  await screen.until((text) => text.includes('flood'));
  for (const [cols, rows] of [
    [90, 20],
    [61, 15],
    [140, 50],
    [59, 40],
    [100, 24],
  ] as const) {
    screen.resize(cols, rows);
    await after(120);
  }
  await screen.until((text) => text.includes('flood over'), 30_000);
  assertWhole(t, screen, 100);
});

test.serial('typing stays quick while 1,000 messages a second arrive', async (t) => {
  const screen = start(t, 'flood');
  await screen.until((text) => text.includes('flood 1'));
  screen.write('still here');
  await screen.until((text) => text.includes('#lobby › still here'), 2000);
  await screen.until((text) => text.includes('flood over'), 30_000);
  t.pass();
});

test.serial('transfers show their progress', async (t) => {
  const screen = start(t, 'transfers', { cols: 120 });
  await screen.until((text) => /archive\.tar\.gz/.test(text) && /\d+ % {2}1 MB\/s/.test(text) && text.includes('━'));
  t.pass();
});

test.serial('a lost link is shown with the next try, and typing goes on', async (t) => {
  const screen = start(t, 'offline');
  await screen.until((text) => /offline, next try in 1\d s: connection lost/.test(text));
  screen.write('later');
  await screen.until((text) => text.includes('› later') && /next try in 1[0-8] s/.test(text));
  t.pass();
});

test.serial('without colours nothing is coloured, and everything is still told', async (t) => {
  const screen = start(t, 'talk', { env: { NO_COLOR: '1' } });
  const text = await screen.until((seen) => ready(seen) && seen.includes('●'));
  t.regex(text, /▸# lobby/);
  t.deepEqual(screen.colours(), []);
});

const rgb = (hex: string) => Number.parseInt(hex.slice(1), 16);

for (const [name, background, accent, other] of [
  ['a light terminal', 'rgb:ffff/ffff/ffff', themes.light.online.color, themes.dark.online.color],
  ['a dark terminal', 'rgb:1e1e/1e1e/2e2e', themes.dark.online.color, themes.light.online.color],
  ['a terminal that says nothing', undefined, themes.dark.online.color, themes.light.online.color],
] as const) {
  test.serial(`${name} gets colours that can be read on it, and nothing is typed by its answer`, async (t) => {
    const screen = start(t, 'talk', { ...(background !== undefined && { background }) });
    await screen.until((text) => ready(text) && text.includes('● online'));
    await until(() => screen.colours().includes(rgb(accent ?? '')) && !screen.colours().includes(rgb(other ?? '')));
    t.is(screen.asked(), 1);
    t.true(screen.rows().some((row) => row.includes('#lobby › write to #lobby')));
  });
}

for (const env of [{ NO_COLOR: '1' }, { TERM: 'xterm', COLORTERM: '' }]) {
  test.serial(`a terminal of few colours is not asked for its background: ${Object.keys(env)[0]}`, async (t) => {
    const screen = start(t, 'talk', { env, background: 'rgb:ffff/ffff/ffff' });
    await screen.until((text) => ready(text) && text.includes('● online'));
    t.is(screen.asked(), 0);
  });
}

test.serial('a changed key is told whole, at every width, and once more after leaving', async (t) => {
  const screen = start(t, 'changed', { cols: 60, rows: 15 });
  // Of 40, those that no line end divides.
  const whole = (text: string) => (text.match(/31ee/g) ?? []).length >= 36;
  await screen.until((text) => text.includes('the key is not the one you trust') && whole(text));
  screen.write('\x1b');
  await screen.until((seen) => !seen.includes('No connection') && seen.includes("○ closed: the server's key changed"));
  screen.write('.exit\r');
  t.is((await screen.exited).exitCode, 5);
  await screen.settled();
  t.regex(screen.rows().join(''), /securechat: the key is not the one you trust: 31ee/);
});

const ways: [string, (screen: Screen) => void, number][] = [
  ['.exit', (screen) => screen.write('.exit\r'), 0],
  ['Ctrl+C twice', (screen) => screen.write('\x03\x03'), 0],
  ['SIGTERM', (screen) => process.kill(screen.pid, 'SIGTERM'), 143],
  ['SIGHUP', (screen) => process.kill(screen.pid, 'SIGHUP'), 129],
  ['SIGQUIT', (screen) => process.kill(screen.pid, 'SIGQUIT'), 131],
  ['SIGUSR2', (screen) => process.kill(screen.pid, 'SIGUSR2'), 140],
  ['a crash', () => {}, 1],
];
for (const [name, end, status] of ways) {
  test.serial(`${name} leaves the terminal as it was`, async (t) => {
    const screen = start(t, name === 'a crash' ? 'crash' : 'talk');
    if (name !== 'a crash') {
      await screen.until((text) => ready(text) && text.includes('online') && screen.modes().cursor);
      t.deepEqual(screen.modes(), { alternate: true, paste: true, focus: true, cursor: true, wrap: false });
    }
    end(screen);
    const { exitCode } = await screen.exited;
    t.is(exitCode, status);
    await screen.settled();
    t.deepEqual(screen.modes(), { alternate: false, paste: false, focus: false, cursor: true, wrap: true });
  });
}

test.serial('a window that is closed ends the program, at once and without a loop of errors', async (t) => {
  const screen = start(t, 'rate:50');
  await screen.until((text) => ready(text) && text.includes('arriving'));
  screen.hangUp();
  await until(() => !isRunning(screen.pid));
  t.pass();
});

test.serial('Ctrl+Z gives the terminal to the shell, fg draws everything anew', async (t) => {
  const screen = openScreen('bash', ['--norc', '-i'], {
    cols: 100,
    rows: 30,
    env: { PS1: 'shell> ', COLORTERM: 'truecolor' },
  });
  t.teardown(() => screen.kill('SIGKILL'));
  await screen.until((text) => text.includes('shell>'));
  screen.write(`'${process.execPath}' --no-warnings '--import=${hook}' '${program}' talk 30\r`);
  await screen.until(ready);
  screen.write('half a line');
  await screen.until((text) => text.includes('› half a line'));
  screen.write('\x1a');
  await screen.until((text) => text.includes('Stopped') && /shell>\s*$/.test(text.trimEnd()));
  t.deepEqual(screen.modes(), {
    alternate: false,
    paste: screen.modes().paste,
    focus: false,
    cursor: true,
    wrap: true,
  });
  screen.write('fg\r');
  await screen.until((text) => text.includes('› half a line') && text.includes('● online'));
  t.true(screen.modes().alternate && screen.modes().focus && !screen.modes().wrap);
  screen.write(' and more');
  await screen.until((text) => text.includes('› half a line and more'));
  // Told from outside, and a second time, it is the same.
  for (let i = 0; i < 2; i++) {
    process.kill(childOf(screen.pid), 'SIGTSTP');
    await screen.until((text) => text.includes('Stopped') && /shell>\s*$/.test(text.trimEnd()));
    t.false(screen.modes().alternate);
    screen.write('fg\r');
    await screen.until((text) => text.includes('› half a line and more') && text.includes('● online'));
  }
});

test.serial('a letter costs little, and so does an arriving message', async (t) => {
  const screen = start(t, 'rate:10', { cols: 120, rows: 40, count: 10_000 });
  await screen.until((text) => text.includes('arriving 10003'), 15_000);
  const before = screen.bytes();
  await screen.until((text) => text.includes('arriving 10013'), 15_000);
  const perMessage = (screen.bytes() - before) / 10;
  t.true(perMessage < 8000, `${perMessage} bytes a message, of a screen of ${120 * 40} cells`);

  const quiet = start(t, 'talk', { cols: 120, rows: 40, count: 10_000 });
  await quiet.until((text) => ready(text) && text.includes(' new '), 15_000);
  await after(300);
  const start2 = quiet.bytes();
  for (let i = 1; i <= 20; i++) {
    quiet.write('x');
    await quiet.until((text) => text.includes(`› ${'x'.repeat(i)}`));
  }
  const perKey = (quiet.bytes() - start2) / 20;
  t.true(perKey < 250, `${perKey} bytes a key`);
});

test.serial('the bare view has no borders and the whole width', async (t) => {
  const screen = start(t, 'talk', { cols: 120 });
  await screen.until(ready);
  screen.write('\x1bl');
  const text = await screen.until((seen) => !seen.includes('│') && seen.includes('bob: '));
  t.notRegex(text, /─/);
  screen.write('\x1bl');
  await screen.until((seen) => seen.includes('│'));
});

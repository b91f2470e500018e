/** Each way to leave the screen, after which the terminal is as before. */
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { isRunning, openScreen, type Screen } from '../helpers/screen/screen.ts';
import { childOf, isChatShown, stage, stageProgram, tsxHook } from '../helpers/screen/stage.ts';
import { until } from '../helpers/until.ts';

test.serial('a changed key is shown whole at every width, and again after leaving', async (t) => {
  const screen = stage(t, 'changed', { cols: 60, rows: 15 });
  // At least 36 of 40, because line ends split some.
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
    const screen = stage(t, name === 'a crash' ? 'crash' : 'talk');
    if (name !== 'a crash') {
      await screen.until((text) => isChatShown(text) && text.includes('online') && screen.modes().cursor);
      t.deepEqual(screen.modes(), { alternate: true, paste: true, focus: true, cursor: true, wrap: false });
    }
    end(screen);
    const { exitCode } = await screen.exited;
    t.is(exitCode, status);
    await screen.settled();
    t.deepEqual(screen.modes(), { alternate: false, paste: false, focus: false, cursor: true, wrap: true });
  });
}

test.serial('closing the window ends the program at once, without a loop of errors', async (t) => {
  const screen = stage(t, 'rate:50');
  await screen.until((text) => isChatShown(text) && text.includes('arriving'));
  screen.hangUp();
  await until(() => !isRunning(screen.pid));
  t.pass();
});

test.serial('Ctrl+Z gives the terminal to the shell, and fg draws everything again', async (t) => {
  const screen = openScreen('bash', ['--norc', '-i'], {
    cols: 100,
    rows: 30,
    env: { PS1: 'shell> ', COLORTERM: 'truecolor' },
  });
  t.teardown(() => screen.kill('SIGKILL'));
  await screen.until((text) => text.includes('shell>'));
  screen.write(`'${process.execPath}' --no-warnings '--import=${tsxHook}' '${stageProgram}' talk 30\r`);
  await screen.until(isChatShown);
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
  // A signal from outside does the same, also a second time.
  for (let i = 0; i < 2; i++) {
    process.kill(childOf(screen.pid), 'SIGTSTP');
    await screen.until((text) => text.includes('Stopped') && /shell>\s*$/.test(text.trimEnd()));
    t.false(screen.modes().alternate);
    screen.write('fg\r');
    await screen.until((text) => text.includes('› half a line and more') && text.includes('● online'));
    t.false(screen.rows().join('').includes('no shell'));
  }
});

test.serial('Ctrl+Z without a parent shell says so, and the screen goes on', async (t) => {
  const screen = stage(t, 'talk');
  await screen.until((text) => isChatShown(text) && text.includes('● online'));
  screen.write('half a line');
  await screen.until((text) => text.includes('› half a line'));
  const went = { alternate: true, paste: true, focus: true, cursor: true, wrap: false };
  for (let i = 0; i < 2; i++) {
    const before = screen.bytes();
    screen.write('\x1a');
    await screen.until((text) => screen.bytes() > before && text.includes('no shell to go back to'));
    await screen.until(() => isDeepStrictEqual(screen.modes(), went));
    screen.write(` and ${i}`);
    await screen.until((text) => text.includes(`and ${i}`) && !text.includes('no shell'));
  }
  process.kill(screen.pid, 'SIGTSTP');
  await screen.until((text) => text.includes('no shell to go back to') && text.includes('› half a line and 0 and 1'));
  t.deepEqual(screen.modes(), went);
});

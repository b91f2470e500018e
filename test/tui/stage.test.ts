/** The screen in a real terminal, with a client that the test plays. */
import { setTimeout as after } from 'node:timers/promises';
import test from 'ava';
import { answerYes } from '../helpers/screen/screen.ts';
import { assertWhole, isChatShown, stage } from '../helpers/screen/stage.ts';
import { until } from '../helpers/until.ts';

for (const [cols, rows] of [
  [60, 15],
  [80, 24],
  [120, 40],
  [200, 60],
] as const) {
  test.serial(`the screen is whole at ${cols}x${rows} and shows the last messages`, async (t) => {
    const screen = stage(t, 'talk', { cols, rows });
    const text = await screen.until((seen) => isChatShown(seen) && seen.includes('● online') && seen.includes(' new '));
    assertWhole(t, screen, cols);
    t.is(text.includes('People'), cols >= 70);
    t.is(text.includes('Files'), cols >= 100);
  });
}

test.serial('a terminal with other emoji widths keeps every row on its own line', async (t) => {
  const screen = stage(t, 'talk', { oldWidths: true, count: 200 });
  await screen.until((seen) => isChatShown(seen) && seen.includes(' new ') && seen.includes('👩'));
  screen.write('\x1bOP');
  const text = await screen.until((seen) => seen.includes('╰') && seen.includes('.help lists commands'));
  const rows = text.split('\n');
  t.regex(rows[1] ?? '', /^─+┼─+┼─+$/);
  t.regex(rows.at(-3) ?? '', /^─+┴─+┴─+$/);
  t.regex(rows.at(-2) ?? '', /^ #lobby › write to/);
  t.regex(rows.at(-1) ?? '', /● online/);
});

test.serial('the first start leads to the chat with the keyboard only', async (t) => {
  const screen = stage(t, 'login');
  await screen.until((text) => text.includes('Server') && text.includes('127.0.0.1:65345'));
  await until(() => screen.cursor() !== null);
  const { x, y } = screen.cursor() ?? t.fail() ?? { x: 0, y: 0 };
  t.regex(screen.rows()[y]?.slice(0, x) ?? '', /▸ Server +$/, 'the cursor stands in the field');
  screen.write('\r');
  await screen.until((text) => text.includes('Is this your server?') && text.includes('acorn basin cobra'));
  await answerYes(screen, 'Is this your server?');
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
  await screen.until(isChatShown);
});

test.serial('letters keep their order and none is lost, at any speed and with keys between them', async (t) => {
  const screen = stage(t, 'talk');
  await screen.until(isChatShown);
  for (const pause of [40, 5, 0]) {
    const line = `${pause} ms: The quick brown fox: 0123456789 åß漢字🙂 jumps`;
    for (const letter of line) {
      screen.write(letter);
      if (pause > 0) await after(pause);
    }
    await screen.until((text) => text.includes(`#lobby › ${line}`));
    screen.write('\x01X\x05Y\r');
    await screen.until((text) => text.includes(`  X${line.slice(0, 20)}`) && text.includes('write to #lobby'));
  }
  screen.write('abc\x7f\x7fd\x1b[De\x1b[Cf\x1b[200~two\rlines\x1b[201~\x1bbZ');
  await screen.until((text) => /#lobby › aedftwo\s*\n\s+Zlines/.test(text));
  t.pass();
});

test.serial('while 1,000 messages a second arrive, typing stays fast and a resize leaves a whole frame', async (t) => {
  const screen = stage(t, 'flood');
  await screen.until((text) => text.includes('flood 1'));
  screen.write('still here');
  await screen.until((text) => text.includes('#lobby › still here'), 2000);
  for (const [cols, rows] of [
    [120, 30],
    [90, 20],
    [61, 15],
    [140, 50],
    [59, 40],
    [100, 24],
  ] as const) {
    const before = screen.bytes();
    screen.resize(cols, rows);
    await until(() => screen.bytes() > before);
  }
  await screen.until((text) => text.includes('flood over'), 30_000);
  assertWhole(t, screen, 100);
});

test.serial('transfers show their progress', async (t) => {
  const screen = stage(t, 'transfers', { cols: 120 });
  await screen.until((text) => /archive\.tar\.gz/.test(text) && /\d+ % {2}1 MB\/s/.test(text) && text.includes('━'));
  t.pass();
});

test.serial('a lost link is shown with the next try, and typing goes on', async (t) => {
  const screen = stage(t, 'offline');
  await screen.until((text) => /offline, next try in 1\d s: connection lost/.test(text));
  screen.write('later');
  await screen.until((text) => text.includes('› later') && /next try in 1[0-8] s/.test(text));
  t.pass();
});

test.serial('a letter writes few bytes, and so does an arriving message', async (t) => {
  const screen = stage(t, 'rate:10', { cols: 120, rows: 40, count: 10_000 });
  await screen.until((text) => text.includes('arriving 10003'), 15_000);
  const before = screen.bytes();
  await screen.until((text) => text.includes('arriving 10013'), 15_000);
  const perMessage = (screen.bytes() - before) / 10;
  t.true(perMessage < 8000, `${perMessage} bytes a message, of a screen of ${120 * 40} cells`);

  const quiet = stage(t, 'talk', { cols: 120, rows: 40, count: 10_000 });
  await quiet.until((text) => isChatShown(text) && text.includes(' new '), 15_000);
  // What else the start draws comes before it.
  quiet.write('x');
  await quiet.until((text) => text.includes('› x'));
  const start2 = quiet.bytes();
  for (let i = 2; i <= 21; i++) {
    quiet.write('x');
    await quiet.until((text) => text.includes(`› ${'x'.repeat(i)}`));
  }
  const perKey = (quiet.bytes() - start2) / 20;
  t.true(perKey < 250, `${perKey} bytes a key`);
});

test.serial('the bare view has no borders and the whole width', async (t) => {
  const screen = stage(t, 'talk', { cols: 120 });
  await screen.until(isChatShown);
  screen.write('\x1bl');
  const text = await screen.until((seen) => !seen.includes('│') && seen.includes('bob: '));
  t.notRegex(text, /─/);
  screen.write('\x1bl');
  await screen.until((seen) => seen.includes('│'));
});

test.serial('.lock covers everything, and the passphrase brings it back', async (t) => {
  const screen = stage(t, 'rate:10', { cols: 120 });
  await screen.until((text) => isChatShown(text) && text.includes('arriving'));
  screen.write('.lock\r');
  await screen.until((text) => text.includes('this screen is locked'));
  const before = screen.bytes();
  screen.write('battery');
  await screen.until((text) => text.includes('▸ Passphrase  •••••••'));
  t.notRegex(screen.rows().join('\n'), /alice|bob|carol|lobby|arriving \d|battery/);
  t.true(screen.bytes() - before < 5000, 'what arrives is not drawn');
  screen.write('\r');
  await screen.until((text) => text.includes('✗ the passphrase of the profile is wrong'));
  screen.write('correct horse\r');
  await screen.until((text) => isChatShown(text) && text.includes('arriving'));
});

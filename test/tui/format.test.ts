import test from 'ava';
import { age, clockTime, dayKey, duration, groups, rate, size } from '../../src/tui/format.ts';
import { strengthOf } from '../../src/tui/strength.ts';
import { nameRole, themeFor, themes, themeToUse } from '../../src/tui/theme.ts';

test('times, sizes and ages', (t) => {
  t.regex(clockTime(Date.now()), /^\d\d:\d\d$/);
  t.is(size(1_234_567), '1.23 MB');
  t.is(rate(0), '0 B/s');
  t.is(duration(65), '1:05');
  t.is(duration(3725), '1:02:05');
  t.regex(age(0, 300_000), /5/);
  t.is(groups('abcdef12'), 'abcd ef12');
  const midnight = new Date(2026, 10, 23).getTime();
  t.not(dayKey(midnight), dayKey(midnight - 1));
  t.is(dayKey(midnight), dayKey(midnight + 86_399_000));
});

test('a password is as strong as it is long and mixed', (t) => {
  t.is(strengthOf('short', 'alice'), 0);
  t.is(strengthOf('password', 'alice'), 1);
  t.is(strengthOf('aaaaaaaaaaaaaaaa', 'alice'), 1);
  t.is(strengthOf('abcdefghijklmnop', 'alice'), 1);
  t.true(strengthOf('alice2026', 'alice') <= 1);
  t.is(strengthOf('correct horse battery', 'alice'), 4);
  t.true(strengthOf('Tr0ub4dor&3', 'alice') >= 2);
  t.is(strengthOf('anvil pewter 93 loom', 'alice'), 4);
});

test('what is said twice, typed along the keyboard or tried first is weak', (t) => {
  for (const weak of [
    'hunter2hunter2',
    'P4ssw0rd123!',
    'passwordpassword',
    'qwertyuiop',
    'asdfghjkl123',
    'letmein2024',
    'abcabcabcabc',
    'Welcome1!',
    'alicealice99',
    'securechat',
  ])
    t.is(strengthOf(weak, 'alice'), 1, weak);
});

test('the theme follows the environment', (t) => {
  t.is(themeFor({ NO_COLOR: '1', COLORTERM: 'truecolor' }), 'none');
  t.is(themeFor({ TERM: 'dumb' }), 'none');
  t.is(themeFor({ TERM: 'xterm' }), '16');
  t.is(themeFor({ TERM: 'xterm-256color' }), 'dark');
  t.is(themeFor({ TERM: 'xterm-256color', COLORFGBG: '0;15' }), 'light');
  for (const style of Object.values(themes.none)) t.is(style.color, undefined);
  t.is(nameRole('bob'), nameRole('bob'));
});

test('a chosen theme holds where the terminal can show it', (t) => {
  t.is(themeToUse('dark', null), 'dark');
  t.is(themeToUse('dark', 'light'), 'light');
  t.is(themeToUse('dark', '16'), '16');
  t.is(themeToUse('16', 'dark'), '16');
  t.is(themeToUse('16', 'none'), 'none');
  t.is(themeToUse('none', 'light'), 'none');
});

import test from 'ava';
import { strengthOf } from '../../../src/tui/selectors/password-strength.ts';
import { nameRole, themeFor, themes, themeToUse } from '../../../src/tui/state/theme.ts';
import { age, clockTime, dayKey, duration, groups, rate, size } from '../../../src/tui/text/format.ts';

test('times, sizes and ages are formatted', (t) => {
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

test('the strength of a password grows with its length and variety', (t) => {
  t.is(strengthOf('short', 'alice'), 0);
  t.is(strengthOf('password', 'alice'), 1);
  t.is(strengthOf('aaaaaaaaaaaaaaaa', 'alice'), 1);
  t.is(strengthOf('abcdefghijklmnop', 'alice'), 1);
  t.true(strengthOf('alice2026', 'alice') <= 1);
  t.is(strengthOf('correct horse battery', 'alice'), 4);
  t.true(strengthOf('Tr0ub4dor&3', 'alice') >= 2);
  t.is(strengthOf('anvil pewter 93 loom', 'alice'), 4);
});

test('a repeated, keyboard-row or common password is weak', (t) => {
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
  t.is(themeFor({ TERM: 'xterm-256color' }), 'either');
  t.is(themeFor({ TERM: 'xterm-256color', COLORFGBG: '15;default;0' }), 'dark');
  t.is(themeFor({ TERM: 'tmux-256color', COLORFGBG: '15;0' }), 'either', 'of the terminal that tmux was started in');
  t.is(themeFor({ TERM: 'xterm-256color', TMUX: '/tmp/x', COLORFGBG: '15;0' }), 'either');
  t.is(themeFor({ TERM: 'xterm-256color', COLORFGBG: '0;15' }), 'light');
  for (const style of Object.values(themes.none)) t.is(style.color, undefined);
  t.is(nameRole('bob'), nameRole('bob'));
});

/** The RGB values of named colours: xterm's, then those of the Linux console and VGA. */
const sixteen: Record<string, readonly [string, string]> = {
  red: ['#cd0000', '#aa0000'],
  green: ['#00cd00', '#00aa00'],
  yellow: ['#cdcd00', '#aa5500'],
  blue: ['#0000ee', '#0000aa'],
  magenta: ['#cd00cd', '#aa00aa'],
  cyan: ['#00cdcd', '#00aaaa'],
  redBright: ['#ff0000', '#ff5555'],
  blueBright: ['#5c5cff', '#5555ff'],
};

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** An RGB value of the 256-colour palette, from index 16 on. */
function indexed(index: number): string {
  const steps = [0, 95, 135, 175, 215, 255];
  const cube = index - 16;
  const parts =
    index < 232
      ? [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((at) => steps[at] ?? 0)
      : new Array<number>(3).fill(8 + 10 * (index - 232));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour that chalk chooses on a terminal with 256 colours. */
function nearest(hex: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  if (red >> 4 === green >> 4 && green >> 4 === blue >> 4) return indexed(232 + Math.round(((red - 8) / 247) * 24));
  const step = (part: number) => Math.round((part / 255) * 5);
  return indexed(16 + 36 * step(red) + 6 * step(green) + step(blue));
}

/** How terminals show the colour: in RGB, with 256 colours, or with sixteen in either palette. */
function shadesOf(color: string): readonly string[] {
  const index = /^ansi256\((\d+)\)$/.exec(color)?.[1];
  if (index !== undefined) return [indexed(Number(index))];
  return color.startsWith('#') ? [color, nearest(color)] : (sixteen[color] ?? ['']);
}

test('every colour of every theme is readable on the backgrounds of its theme', (t) => {
  const on = {
    dark: ['#000000', '#1e1e2e', '#282a36'],
    light: ['#ffffff', '#fdf6e3'],
    either: ['#000000', '#ffffff'],
    '16': ['#000000', '#ffffff'],
    none: [],
  };
  for (const [theme, backgrounds] of Object.entries(on))
    for (const [role, { color }] of Object.entries(themes[theme as keyof typeof themes]))
      for (const shade of color === undefined ? [] : shadesOf(color))
        for (const background of backgrounds) {
          // Lines between panes are not text; on an unknown palette, coloured text is also bold or has a sign.
          const least = role === 'border' ? 1.5 : theme === '16' ? 3 : theme === 'either' ? 4.4 : 4.5;
          t.true(contrast(shade, background) >= least, `${theme} ${role} ${shade} on ${background}`);
        }
});

test('a chosen theme applies where the terminal can show it', (t) => {
  t.is(themeToUse('dark', null), 'dark');
  t.is(themeToUse('dark', 'light'), 'light');
  t.is(themeToUse('dark', '16'), '16');
  t.is(themeToUse('16', 'dark'), '16');
  t.is(themeToUse('16', 'none'), 'none');
  t.is(themeToUse('none', 'light'), 'none');
});

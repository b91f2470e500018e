/** Colours by meaning. Nothing is shown by colour alone: each role also has a sign, a place or a word in the view. */

export type Role =
  | 'plain'
  | 'dim'
  | 'border'
  | 'title'
  | 'accent'
  | 'selected'
  | 'unread'
  | 'online'
  | 'good'
  | 'bad'
  | 'warn'
  | 'link'
  | `name${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/** The style properties of Ink's Text. Default foreground and background unless named; no dim: it is unreadable on some screens. */
export type Style = {
  color?: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
};

export const themeNames = ['dark', 'light', '16', 'none'] as const;
export type ThemeName = (typeof themeNames)[number];
/** 'either': enough colours for a theme, but the background is not known to be dark or light. */
export type TerminalTheme = ThemeName | 'either';

export type Theme = Readonly<Record<Role, Style>>;

const names = (colors: string[]) =>
  Object.fromEntries(colors.map((color, index) => [`name${index}`, { color, bold: true }])) as Record<
    Extract<Role, `name${string}`>,
    Style
  >;

/** From the palette of 256: a terminal with no more colours would pick the nearest one, which is too light on white. */
const of256 = (index: number) => `ansi256(${index})`;

export const themes: Readonly<Record<TerminalTheme, Theme>> = {
  dark: {
    plain: {},
    dim: { color: '#8b94a3' },
    border: { color: '#4a5262' },
    title: { bold: true },
    accent: { color: '#7aa2f7', bold: true },
    selected: { inverse: true },
    unread: { color: '#e0af68', bold: true },
    online: { color: '#73c991' },
    good: { color: '#73c991' },
    bad: { color: '#f7768e', bold: true },
    warn: { color: '#e0af68' },
    link: { color: '#7dcfff', underline: true },
    ...names(['#7aa2f7', '#9ece6a', '#e0af68', '#bb9af7', '#7dcfff', '#f7768e', '#2ac3de', '#ff9e64']),
  },
  light: {
    plain: {},
    dim: { color: of256(241) },
    border: { color: of256(249) },
    title: { bold: true },
    accent: { color: of256(26), bold: true },
    selected: { inverse: true },
    unread: { color: of256(94), bold: true },
    online: { color: of256(22) },
    good: { color: of256(22) },
    bad: { color: of256(161), bold: true },
    warn: { color: of256(94) },
    link: { color: of256(24), underline: true },
    ...names([26, 22, 94, 92, 24, 161, 127, 58].map(of256)),
  },
  // Halfway between white and black: each has a contrast of 4.4 on both.
  either: {
    plain: {},
    dim: { color: of256(243) },
    border: { color: of256(243) },
    title: { bold: true },
    accent: { color: of256(63), bold: true },
    selected: { inverse: true },
    unread: { color: of256(130), bold: true },
    online: { color: of256(29) },
    good: { color: of256(29) },
    bad: { color: of256(163), bold: true },
    warn: { color: of256(130) },
    link: { color: of256(63), underline: true },
    ...names([63, 28, 130, 98, 29, 131, 163, 243].map(of256)),
  },
  // Of the sixteen colours, only these are readable on white and on black in the palettes of xterm and of the console.
  '16': {
    plain: {},
    dim: {},
    border: {},
    title: { bold: true },
    accent: { color: 'blueBright', bold: true },
    selected: { inverse: true },
    unread: { color: 'magenta', bold: true },
    online: {},
    good: {},
    bad: { color: 'redBright', bold: true },
    warn: { color: 'magenta' },
    link: { color: 'blueBright', underline: true },
    ...names(['blueBright', 'magenta', 'redBright', 'blueBright', 'magenta', 'redBright', 'blueBright', 'magenta']),
  },
  none: {
    plain: {},
    dim: {},
    border: {},
    title: { bold: true },
    accent: { bold: true },
    selected: { inverse: true },
    unread: { bold: true },
    online: {},
    good: {},
    bad: { bold: true },
    warn: {},
    link: { underline: true },
    ...(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`name${index}`, { bold: true }])) as Record<
      Extract<Role, `name${string}`>,
      Style
    >),
  },
};

/** A name always has the same colour. */
export function nameRole(name: string): Role {
  let sum = 7;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return `name${(sum % 8) as 0}`;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads NO_COLOR, COLORTERM, TERM and COLORFGBG (background last). COLORFGBG is ignored in tmux and screen: it describes the
 * terminal they were started in.
 */
export function themeFor(env: Environment): TerminalTheme {
  if (env.NO_COLOR || env.TERM === 'dumb') return 'none';
  const rich = /truecolor|24bit/.test(env.COLORTERM ?? '') || /256|direct|kitty|ghostty/.test(env.TERM ?? '');
  if (!rich) return '16';
  const told = isMultiplexed(env) ? undefined : env.COLORFGBG?.split(';').at(-1);
  if (!told || !/^\d+$/.test(told)) return 'either';
  return told === '7' || Number(told) >= 9 ? 'light' : 'dark';
}

/** Whether the terminal runs in tmux or screen. */
export function isMultiplexed({ TMUX, STY, TERM }: Environment): boolean {
  return Boolean(TMUX || STY) || /^(?:tmux|screen)/.test(TERM ?? '');
}

/** Whether the terminal has enough colours for a theme, which its background then decides. */
export function isRich(terminal: TerminalTheme): boolean {
  return terminal === 'dark' || terminal === 'light' || terminal === 'either';
}

/**
 * The theme to draw with: the chosen one where the terminal can show it. With 16 colours or none, the others would be guesses.
 */
export function themeToUse(terminal: TerminalTheme, chosen: ThemeName | null): TerminalTheme {
  return chosen === null || terminal === 'none' || (terminal === '16' && chosen !== 'none') ? terminal : chosen;
}

/**
 * Sets chalk's colour level. Call it before anything that draws is loaded: chalk does not know NO_COLOR. Bold and inverse stay,
 * as they are no colours.
 */
export function setChalkLevel(terminal: TerminalTheme, env: Environment): void {
  if (terminal === 'none') env.FORCE_COLOR = '1';
}

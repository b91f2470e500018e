/** Colours by what they say. Nothing is told by colour alone: each role also has a sign, a place or a word in the view. */

export type Role =
  | 'plain'
  | 'quiet'
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

export type Theme = Readonly<Record<Role, Style>>;

const names = (colors: string[]) =>
  Object.fromEntries(colors.map((color, index) => [`name${index}`, { color, bold: true }])) as Record<
    Extract<Role, `name${string}`>,
    Style
  >;

export const themes: Readonly<Record<ThemeName, Theme>> = {
  dark: {
    plain: {},
    quiet: { color: '#8b94a3' },
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
    quiet: { color: '#5f6672' },
    border: { color: '#b4bac4' },
    title: { bold: true },
    accent: { color: '#1f4fd1', bold: true },
    selected: { inverse: true },
    unread: { color: '#9a4d00', bold: true },
    online: { color: '#1a7a37' },
    good: { color: '#1a7a37' },
    bad: { color: '#b3152e', bold: true },
    warn: { color: '#8a5a00' },
    link: { color: '#0b5f8a', underline: true },
    ...names(['#1f4fd1', '#1a7a37', '#8a5a00', '#7a2fb8', '#0b6f7d', '#b3152e', '#a3337a', '#4d5a00']),
  },
  '16': {
    plain: {},
    quiet: {},
    border: {},
    title: { bold: true },
    accent: { color: 'blue', bold: true },
    selected: { inverse: true },
    unread: { color: 'yellow', bold: true },
    online: { color: 'green' },
    good: { color: 'green' },
    bad: { color: 'red', bold: true },
    warn: { color: 'yellow' },
    link: { color: 'cyan', underline: true },
    ...names(['blue', 'green', 'yellow', 'magenta', 'cyan', 'red', 'blue', 'green']),
  },
  none: {
    plain: {},
    quiet: {},
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

/** From the environment, as terminals and people set it: NO_COLOR, COLORFGBG (background last), COLORTERM, TERM. */
export function themeFor(env: Record<string, string | undefined>): ThemeName {
  if (env.NO_COLOR || env.TERM === 'dumb') return 'none';
  const rich = /truecolor|24bit/.test(env.COLORTERM ?? '') || /256|direct|kitty|ghostty/.test(env.TERM ?? '');
  if (!rich) return '16';
  const background = Number(env.COLORFGBG?.split(';').at(-1) ?? 0);
  return background === 7 || background === 15 ? 'light' : 'dark';
}

/** A terminal with colours enough for a theme of its own: whether it is dark or light decides. */
export function isRich(suited: ThemeName): boolean {
  return suited === 'dark' || suited === 'light';
}

/** A chosen theme holds where the terminal can show it: with 16 colours or none, the others would be guesses at its colours. */
export function themeToUse(suited: ThemeName, chosen: ThemeName | null): ThemeName {
  return chosen === null || suited === 'none' || (suited === '16' && chosen !== 'none') ? suited : chosen;
}

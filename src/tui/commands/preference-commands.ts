/** Settings of the screen: notifications, mouse, typing notices, colours. */

import type { ChatScope } from '../chat/chat-scope.ts';
import { divide } from '../command-line/parse-line.ts';
import { ownValue } from '../state/lookup.ts';
import type { Settings } from '../state/state.ts';
import { type ThemeName, themeNames, themeToUse } from '../state/theme.ts';
import { strings } from '../text/strings.ts';
import { type CommandFamily, misused, type Result } from './dot-command.ts';

type Switch = keyof typeof strings.settings;

const notifySwitches = { bell: 'bell', desktop: 'desktop', text: 'desktopText' } as const;

export const preferenceCommands = {
  '.typing': {
    usage: 'on|off',
    help: 'show others that you are typing, and show who is typing to you',
    needs: true,
    run: (scope, word) => turn(scope, 'typing', word),
  },
  '.notify': { usage: 'bell|desktop|text on|off', help: 'how new messages notify you', needs: true, run: notify },
  '.mouse': {
    usage: 'on|off',
    help: 'wheel and clicks; selecting text needs Shift then',
    needs: true,
    run: (scope, word) => turn(scope, 'mouse', word),
  },
  '.theme': { usage: 'dark|light|16|none', help: 'colours', needs: true, run: theme },
} satisfies CommandFamily;

function notify(scope: ChatScope, argument: string): Result {
  const [what, word] = divide(argument);
  const setting = ownValue(notifySwitches, what);
  return setting === undefined ? misused : turn(scope, setting, word);
}

function turn({ store }: ChatScope, setting: Switch, word: string): Result {
  if (word !== 'on' && word !== 'off') return misused;
  store.dispatch({ type: 'settings', settings: { [setting]: word === 'on' } as Partial<Settings> });
  return { kind: 'done', text: strings.notices[word](strings.settings[setting]) };
}

function theme({ store }: ChatScope, name: string): Result {
  if (!(themeNames as readonly string[]).includes(name)) return misused;
  store.dispatch({ type: 'settings', settings: { theme: name as ThemeName } });
  const { terminalTheme } = store.get();
  const isShown = themeToUse(terminalTheme, name as ThemeName) === name;
  return {
    kind: 'done',
    text: isShown ? strings.notices.theme(name) : strings.notices.themeElsewhere(name, terminalTheme),
  };
}

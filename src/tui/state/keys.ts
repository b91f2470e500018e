/** Every key, in one table: what it does and where. The help overlay, the hints and docs/SCREEN.md are printed from it. */
import type { EditName } from './editor.ts';
import type { MoveName } from './event.ts';

/** Where a key applies; the first scope of `focusScopesOf(state)` that has the key wins. */
export type FocusScope =
  | 'anywhere'
  | 'chat'
  | 'composer'
  | 'field'
  | 'pane'
  | 'people'
  | 'messages'
  | 'files'
  | 'overlay'
  | 'question'
  | 'login'
  | 'lock'
  | 'type-ahead';

export type ActionName =
  | EditName
  | MoveName
  | 'yank'
  | 'send'
  | 'choose'
  | 'yes'
  | 'no'
  | 'complete'
  | 'complete-back'
  | 'next-conversation'
  | 'previous-conversation'
  | 'nth-conversation'
  | 'next-unread'
  | 'attach'
  | 'redraw'
  | 'interrupt'
  | 'suspend'
  | 'reply'
  | 'edit'
  | 'delete'
  | 'react'
  | 'copy'
  | 'open-link'
  | 'pause'
  | 'cancel'
  | 'submit'
  | 'leave'
  | 'start-server';

export type KeyRow = {
  keys: readonly string[];
  places: readonly FocusScope[];
  action: ActionName;
  /** null: not listed in help. */
  help: string | null;
  /** The dot-command that does the same. */
  command?: string;
};

const row = (
  keys: string,
  places: string,
  action: ActionName,
  help: string | null = null,
  command?: string,
): KeyRow => ({
  keys: keys.split(' '),
  places: places.split(' ') as FocusScope[],
  action,
  help,
  ...(command === undefined ? {} : { command }),
});

export const keyTable: readonly KeyRow[] = [
  row('enter', 'composer', 'send', 'send'),
  row('alt+enter ctrl+j shift+enter', 'composer', 'new-line', 'new line'),
  row('tab', 'composer', 'complete', 'complete name, command, :emoji:, path; on an empty line, next pane'),
  row('shift+tab', 'composer', 'complete-back', 'previous completion or pane'),
  row('escape', 'overlay question pane chat login', 'back', 'close, back to the line, then to the newest message'),
  row('up', 'composer pane overlay', 'up', 'earlier lines; in a pane, choose'),
  row('down', 'composer pane overlay', 'down'),
  row('pgup', 'overlay pane chat', 'page-up', 'scroll messages, from anywhere', '.scroll up'),
  row('pgdn', 'overlay pane chat', 'page-down', null, '.scroll down'),
  row('ctrl+home alt+home', 'chat', 'oldest', 'oldest message', '.scroll oldest'),
  row('ctrl+end alt+end', 'chat', 'newest', 'newest message', '.scroll newest'),
  row('ctrl+n alt+down', 'chat', 'next-conversation', 'next conversation', '.next'),
  row('ctrl+p alt+up', 'chat', 'previous-conversation', 'previous conversation', '.previous'),
  row(
    'alt+1 alt+2 alt+3 alt+4 alt+5 alt+6 alt+7 alt+8 alt+9',
    'chat',
    'nth-conversation',
    'the nth conversation',
    '.msg NAME',
  ),
  row('alt+a', 'chat', 'next-unread', 'next unread', '.unread'),
  row('ctrl+k', 'chat', 'switcher', 'go to people, rooms, files, commands', '.go'),
  row('ctrl+f', 'chat', 'search', 'search messages', '.search TEXT'),
  row('f2', 'chat', 'show-people', 'people and rooms', '.users'),
  row('f3', 'chat', 'show-files', 'files; Enter downloads', '.list_files'),
  row('f6', 'chat', 'next-pane', 'next pane, always', '.pane'),
  row('ctrl+o', 'chat', 'attach', 'send a file', '.file PATH'),
  row('alt+l', 'chat', 'bare', 'bare view for copying', '.bare'),
  row('ctrl+l', 'anywhere lock', 'redraw', 'draw again', '.redraw'),
  row('f1', 'anywhere', 'help', 'help; ? in a pane', '.help'),
  row('ctrl+c', 'anywhere', 'interrupt', 'clear the line; on an empty one twice: quit', '.exit'),
  row('ctrl+z', 'anywhere lock', 'suspend', 'to the shell; fg comes back'),

  row('ctrl+a home', 'field', 'line-start', 'start of the line'),
  row('ctrl+e end', 'field', 'line-end', 'end of the line'),
  row('left', 'field', 'left'),
  row('right', 'field', 'right'),
  row('alt+b ctrl+left alt+left', 'field', 'word-left', 'a word back'),
  row('alt+f ctrl+right alt+right', 'field', 'word-right', 'a word on'),
  row('backspace shift+backspace', 'field', 'delete-left'),
  row('delete ctrl+d', 'field', 'delete-right'),
  row('ctrl+w alt+backspace ctrl+backspace', 'field', 'delete-word', 'delete a word'),
  row('alt+d', 'field', 'delete-word-right'),
  row('ctrl+u', 'field', 'delete-to-start', 'delete to the start'),
  row('alt+k', 'field', 'delete-to-end', 'delete to the end'),
  row('ctrl+y', 'field', 'yank', 'put back what these deleted, or Ctrl+C'),

  row('enter', 'pane overlay', 'choose', 'in a pane: open, download, send again what failed'),
  row('enter y Y', 'question', 'yes'),
  row('n N', 'question', 'no'),
  row('tab', 'pane', 'next-pane'),
  row('shift+tab', 'pane', 'previous-pane'),
  row('?', 'pane', 'help'),
  row('home', 'pane overlay', 'oldest'),
  row('end', 'pane overlay', 'newest'),
  row('p', 'files', 'pause', 'files: pause or go on', '.pause, .resume'),
  row('x', 'files', 'cancel', 'files: cancel', '.cancel'),
  row('r', 'messages', 'reply', 'messages: reply', '.reply TEXT'),
  row('e', 'messages', 'edit', 'messages: edit your own', '.edit TEXT'),
  row('d', 'messages', 'delete', 'messages: delete your own', '.delete'),
  row('+', 'messages', 'react', 'messages: react', '.react EMOJI'),
  row('c', 'messages', 'copy', 'messages: copy', '.copy'),
  row('o', 'overlay', 'open-link', 'links: open; Enter copies', '.links'),

  row('enter alt+enter ctrl+j', 'type-ahead', 'new-line'),
  row('enter ctrl+j', 'lock', 'submit'),
  row('ctrl+c ctrl+q', 'lock', 'leave', 'locked screen: leave'),
  row('enter', 'login', 'submit', 'first form: go on'),
  row('ctrl+j', 'login', 'submit'),
  row('tab', 'login overlay', 'next-field', 'first form: next field'),
  row('down', 'login', 'next-field'),
  row('shift+tab', 'login overlay', 'previous-field'),
  row('up', 'login', 'previous-field'),
  row('ctrl+t', 'login', 'toggle-making', 'first form: make an account, or log in'),
  row('ctrl+s', 'login', 'start-server', 'first form: start a server here, where it offers that'),
];

const index = new Map<string, ActionName>();
for (const { keys, places, action } of keyTable) {
  for (const key of keys) {
    for (const place of places) if (!index.has(`${place} ${key}`)) index.set(`${place} ${key}`, action);
  }
}

/** The action of `key` in the first of `places` that has it; null when none has. */
export function actionFor(key: string, places: readonly FocusScope[]): ActionName | null {
  for (const place of places) {
    const action = index.get(`${place} ${key}`);
    if (action !== undefined) return action;
  }
  return null;
}

const names: Record<string, string> = {
  ctrl: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  pgup: 'PgUp',
  pgdn: 'PgDn',
  escape: 'Esc',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
};

/** `ctrl+k` as people write it: `Ctrl+K`. */
export function keyLabel(key: string): string {
  const parts = key.length === 1 ? [key] : key.split('+');
  return parts
    .map(
      (part) =>
        names[part] ?? (part.length === 1 && parts.length === 1 ? part : (part[0] ?? '').toUpperCase() + part.slice(1)),
    )
    .join('+');
}

/** The rows of the help overlay and the document. With `form`, only the keys that work in the login form, its own first. */
export function keyHelp(form = false): { keys: string; help: string; command: string }[] {
  const has = (...wanted: FocusScope[]) =>
    keyTable.filter(({ help, places }) => help !== null && wanted.some((place) => places.includes(place)));
  const entries = form ? new Set([...has('login'), ...has('anywhere', 'field')]) : keyTable;
  return [...entries]
    .filter((entry) => entry.help !== null)
    .map(({ keys, help, command }) => ({
      keys:
        keys.length > 4
          ? `${keyLabel(keys[0] as string)}..${(keys.at(-1) as string).at(-1)}`
          : keys.slice(0, 2).map(keyLabel).join('  '),
      help: help ?? '',
      // Dot-commands work only in the chat.
      command: form ? '' : (command ?? ''),
    }));
}

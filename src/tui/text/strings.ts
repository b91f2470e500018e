/**
 * Folder `text`: text for people: sentences, numbers, times, links, and the one allow-list for showing; it knows no state.
 * Every sentence of the screen: lower case, no full stop, with a next step where one is needed.
 */

import type { ClientErrorCode } from '../../client/errors.ts';
import type { LinkState } from '../../client/types.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import { closing } from './closing-strings.ts';
import * as format from './format.ts';
import { login } from './login-strings.ts';
import { notices } from './notices.ts';

/** Short forms for the status line; the page that opens has the whole sentence. */
const closedShort: Partial<Record<ClientErrorCode, string>> = {
  'key-changed': "the server's key changed",
  'login-refused': 'logged out here, start again',
  untrusted: 'the server is not to be trusted',
  version: 'update needed',
};

function shortOf(link: LinkState): string | null {
  const short = link.state === 'closed' && link.code !== undefined ? closedShort[link.code] : undefined;
  return short === undefined ? null : `: ${short}`;
}

export const strings = {
  program: 'SecureChat',
  tooSmall: (columns: number, rows: number) => `the window is ${columns}x${rows}; SecureChat needs 60x15`,

  panes: { people: 'People', rooms: 'Rooms', files: 'Files', messages: 'Messages' },
  header: {
    room: (here: number) => `${format.number(here)} online`,
    online: 'online',
    away: 'away',
    offline: 'offline',
    typing: (name: string) => `${name} is writing…`,
    typingShort: 'writing…',
    verified: '✔ verified',
    unverified: 'not verified: .verify',
    noKeys: 'has no keys yet',
    changed: '! the key changed: press Enter to look at it',
    changedShort: '! key changed: Enter',
    muted: 'muted',
    blocked: (name: string) => `blocked: .block ${name} takes it back`,
  },
  messages: {
    new: 'new',
    empty: 'nothing here yet; write the first line',
    loading: 'fetching older messages',
    unavailable: (link: LinkState) =>
      link.state === 'online'
        ? 'these messages could not be fetched; PgUp tries again'
        : 'these messages cannot be fetched now; they come when the link is back',
    beginning: 'the beginning of this conversation',
    below: (count: number) => `${format.number(count)} new below · Esc goes there`,
    scrolled: 'newer messages below · Esc goes there',
    deleted: 'deleted',
    edited: '(edited)',
    late: '(sealed to an old key)',
    written: (time: string) => `(written ${time})`,
    formerKey: '(former key)',
    failed: (reason: string) => `not sent: ${reason} · Enter on it, or .retry, sends it again`,
    file: (name: string, bytes: number) => `${name}  ${format.size(bytes)}`,
    missing: (from: string) =>
      `a message of ${from} is missing here: it was withheld, lost, or is older than the server keeps`,
    fork: (from: string) => `${from}'s messages contradict each other here: somebody tampered with them`,
    locked: (from: string) => `no key yet for what ${from} and others said here; it comes from a member who has it`,
    'key-changed': (from: string) => `${from}'s key changed: .verify ${from} and accept it to read this`,
    unreadable: (from: string) => `a message of ${from} could not be opened with your keys`,
    unknown: 'a message that is not held here',
    folded: (count: number, name: string) =>
      `${count === 1 ? '1 message' : `${format.number(count)} messages`} of ${name}, who is blocked`,
    quietQuote: (name: string) => `${name}, who is blocked`,
    shut: (name: string) => `${name} is blocked: .block ${name} again shows what was said`,
  },
  composer: {
    placeholder: (name: string) => `write to ${name}, or .help`,
    editing: 'edit',
    replying: (name: string) => `reply ${name}`,
    reply: (text: string) => `to: ${text} · Esc leaves it`,
    edit: 'edit your message · Esc leaves it as it was',
    length: (bytes: number, limit: number) =>
      bytes <= limit
        ? `${format.number(bytes)} of ${format.number(limit)} bytes`
        : `${format.number(bytes)} bytes, a message holds ${format.number(limit)}`,
  },
  files: {
    empty: 'no files here yet',
    hint: 'Ctrl+O sends one',
    saved: (path: string) => `saved and checked: ${printable(path)}`,
    goOn: 'p goes on',
    waits: 'waits for the link',
    progress: (percent: number, speed: string, left: string) => `${percent} %  ${speed}  ${left}`,
    states: { running: '', paused: 'paused', done: 'done', failed: 'failed', cancelled: 'cancelled' },
  },
  status: {
    link: (link: LinkState, now: number) => {
      if (link.state === 'online') return '● online';
      if (link.state === 'connecting') return '◌ connecting';
      if (link.state === 'closed') return `○ closed${shortOf(link) ?? ''}`;
      const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
      return `○ offline, next try in ${seconds} s`;
    },
    /** The reason, as far as `link` does not say it already. */
    why: (link: LinkState) => ('reason' in link && shortOf(link) === null ? `: ${link.reason}` : ''),
    away: '◐ away',
    newDevice: (what: string) => `! ${what}: .devices`,
    newDevices: (count: number) => (count === 1 ? '! new device: .devices' : `! ${count} new devices: .devices`),
    sealed: 'end-to-end encrypted',
    hints: 'F1 help  Ctrl+K go to  Ctrl+O send file',
    hintsOver: { people: 'Enter opens · Esc closes', files: 'Enter downloads · Esc closes' },
    hintsOffline: '.reconnect tries now  F1 help  Ctrl+K go to',
    hintsPane: '↑↓ choose  Enter open  Esc back  ? help',
    hintsFiles: '↑↓ choose  Enter download  p pause, go on  x cancel  Esc back',
    hintsMessages: '↑↓ choose  r reply  e edit  d delete  + react  c copy  Esc back',
    hintsFailed: '↑↓ choose  Enter sends it again  e edit  d delete  Esc back',
    hintsRun: '↑↓ choose  Enter shows them  Esc back',
    transfers: (count: number) => `⇅ ${count}`,
    unread: (count: number) => `${format.number(count)} unread`,
  },
  overlays: {
    help: 'Keys',
    helpFoot: '.help lists commands',
    switcher: 'Go to',
    nothing: 'nothing like this; try fewer letters',
    searchHint: 'type words or a name; all messages that you can read are searched',
    searchEmpty: 'no message like this; try fewer or other words',
    search: 'Search messages',
    searchFoot: (hits: string | null, held: number, fetching: boolean) =>
      [
        `${hits === null ? '' : `${hits} of `}${format.number(held)} messages${fetching ? ', fetching older ones' : ''}`,
        ...(hits === null ? [] : ['Enter goes there']),
      ].join(' · '),
    links: 'Links',
    linksFoot: 'Enter copies · o opens · Esc closes',
    picker: 'Send a file',
    pickerLeft: (count: number) =>
      count === 1
        ? '1 entry is not shown: its name cannot be displayed'
        : `${format.number(count)} entries are not shown: too many, or names that cannot be displayed`,
    pickerHidden: (count: number) =>
      count === 1 ? '1 hidden entry: type . to see it' : `${format.number(count)} hidden entries: type . to see them`,
    pickerNoPath: 'there is nothing at this path; Enter takes a path or an entry',
    pickerClosed: 'this folder may not be read; choose another, or type .file PATH',
    pickerGone: 'there is no such folder any more; choose another',
    pickerFoot: (conversation: string) => `Enter sends to ${conversation} · Backspace goes up · Esc closes`,
    pageFoot: (seen: string, more: boolean) => (more ? `${seen} · ↑↓ PgUp PgDn scroll · Esc closes` : 'Esc closes'),
    seen: (from: number, to: number, all: number) => `${from}–${to} of ${all}`,
    confirm: 'Sure?',
    strayFoot: 'not an answer · read it, then Enter or Esc',
    fingerprint: (name: string) => `Compare with ${name}`,
    changed: (name: string) => `${name}'s key changed`,
    passwd: 'Change the password',
    fingerprints: 'Fingerprints',
  },
  passwd: {
    old: 'Password now',
    fresh: 'New password',
    wrong: 'not changed: the password now is wrong',
    foot: 'Enter goes on · Tab next field · Esc closes',
  },
  lock: {
    locked: 'this screen is locked; messages keep arriving behind it',
    passphrase: 'Passphrase',
    checking: 'checking the passphrase',
    wrong: 'the passphrase of the profile is wrong',
    foot: 'Enter opens · Ctrl+C leaves SecureChat',
    none: 'this profile has no lock: in a shell, securechat profile lock makes one',
  },
  pages: {
    commands: 'Commands',
    transfers: 'Transfers',
    whoami: 'You',
    link: 'Join link',
    devices: 'Your devices',
    blocked: 'Blocked on all your devices: .block NAME takes it back',
    fingerprint: 'Key',
    device: 'Device',
    thisDevice: 'this one',
    added: (age: string) => `added ${age}`,
    closed: 'No connection',
  },
  closed: {
    kept: 'messages on this device can still be read; what you write is sent when the link is back',
    looks: 'the key is checked once a minute, and the chat continues when the right one is back; Ctrl+C twice leaves',
    leave: 'Ctrl+C twice leaves',
  },
  settings: {
    mouse: 'mouse',
    bell: 'bell',
    desktop: 'desktop notifications',
    desktopText: 'texts in notifications',
    typing: 'typing notices',
  },
  kinds: { person: 'person', room: 'room', file: 'file', command: 'command' },
  questions: {
    send: (to: string, lines: number, messages: number) =>
      messages === 1
        ? `send to ${to}?`
        : `send ${format.counted(lines, 'line', 'lines')} to ${to} as ${format.number(messages)} messages?`,
    hasty: 'this conversation opened while you were typing',
    addressed: (name: string, room: string) =>
      `it begins with @${name}, and everybody in ${room} would read it; @${name} and a space is for ${name} alone`,
    sendFoot: (to: string) => `Enter or y sends to ${to} · Esc or n keeps the line`,
    delete: (conversation: string) => [
      `delete this message in ${conversation}?`,
      'others see that it was deleted; some may have read it already',
    ],
    deleteFoot: 'Enter or y deletes · Esc or n leaves it',
    quit: [
      'leave SecureChat?',
      'a transfer is under way; next time it is listed as paused, and p in the files goes on',
    ],
    quitFoot: 'Enter or y leaves · Esc or n stays',
    doubtFoot: 'Enter or y: yes · Esc or n: no, nothing is sent',
  },
  fingerprint: {
    how: 'call or meet, and read these numbers to each other; they must be the same on both screens',
    computing: 'computing the number',
    same: 'Enter: they are the same, mark as verified · Esc: later',
    unverify: 'Enter: take the mark back · Esc: leave it',
    changed: [
      'this can be a new installation, or an attacker between you',
      'nothing is sent until you decide; compare by telephone or in person first',
    ],
    old: 'old key',
    fresh: 'new key',
    accept: 'Enter: take the new key · Esc: not now',
    accepted: (name: string) => `${name}'s new key is taken; compare it with .verify`,
    verified: (name: string) => `${name} is marked as verified`,
    unverified: (name: string) => `${name} is no longer marked as verified`,
  },
  login,
  closing,
  notices,
  notify: {
    title: (name: string) => `SecureChat: ${name}`,
    body: 'new message',
    bodies: (count: number) => `${format.number(count)} new messages`,
  },
  crash: (log: string | null) =>
    `securechat crashed${log === null ? '' : `; the reason is in ${log}`}; drafts are saved`,
  unsent: (count: number) =>
    count === 1
      ? '1 message was not sent yet; it goes out at the next start'
      : `${format.number(count)} messages were not sent yet; they go out at the next start`,
  title: (name: string, unread: number) => (unread > 0 ? `(${unread}) ${name} · SecureChat` : `${name} · SecureChat`),
} as const;

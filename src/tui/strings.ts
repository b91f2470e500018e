/** Every word that the screen says. Sentences lower case, no full stop, with a next step where one is needed. */
import { MAX_INVITE } from '../protocol/text.ts';
import type { ClientErrorCode } from './client/errors.ts';
import type { LinkState } from './client/types.ts';
import * as format from './format.ts';
import { cut } from './measure.ts';

/** The state in a few words; the page that comes with it has the whole sentence. */
const closedShort: Partial<Record<ClientErrorCode, string>> = {
  'key-changed': "the server's key changed",
  'login-refused': 'signed out here, start again',
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
    unavailable: 'these messages cannot be fetched now; they come when the link is back',
    beginning: 'the beginning of this conversation',
    below: (count: number) => `${format.number(count)} new below · Esc goes there`,
    scrolled: 'older messages · Esc goes to the newest',
    deleted: 'deleted',
    edited: '(edited)',
    late: '(sealed to an old key)',
    failed: (reason: string) => `not sent: ${reason} · .retry sends it again`,
    file: (name: string, bytes: number) => `${name}  ${format.size(bytes)}`,
    missing: (from: string) => `a message of ${from} is missing here: it was withheld or lost`,
    fork: (from: string) => `${from}'s messages contradict each other here: somebody tampered with them`,
    locked: (from: string) => `no key yet for what ${from} and others said here; it comes from a member who has it`,
    unreadable: (from: string) => `a message of ${from} could not be opened with your keys`,
    unknown: 'a message that is not held here',
    folded: (count: number, name: string) =>
      `${count === 1 ? '1 message' : `${format.number(count)} messages`} of ${name}, who is blocked`,
    quietQuote: (name: string) => `${name}, who is blocked`,
    shut: (name: string) => `${name} is blocked here: .block ${name} again shows what was said`,
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
    saved: (path: string) => `saved and checked: ${path}`,
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
    /** Why, as far as `link` does not say it already. */
    why: (link: LinkState) => ('reason' in link && shortOf(link) === null ? `: ${link.reason}` : ''),
    away: '◐ away',
    sealed: 'end-to-end encrypted',
    hints: 'F1 help  Ctrl+K go to  Ctrl+O send file',
    hintsShort: 'F1 help  Ctrl+K go to',
    hintsOver: { people: 'Enter opens · Esc closes', files: 'Enter downloads · Esc closes' },
    hintsPane: '↑↓ choose  Enter open  Esc back  ? help',
    hintsFiles: '↑↓ choose  Enter download  p pause, go on  x cancel  Esc back',
    hintsMessages: '↑↓ choose  r reply  e edit  d delete  + react  c copy  Esc back',
    hintsRun: '↑↓ choose  Enter shows them  Esc back',
    transfers: (count: number) => `⇅ ${count}`,
    unread: (count: number) => `${format.number(count)} unread`,
  },
  overlays: {
    help: 'Keys',
    helpFoot: '.help lists commands',
    switcher: 'Go to',
    nothing: 'nothing like this; try fewer letters',
    searchHint: 'type words or a name; every message that you can read is looked through',
    searchEmpty: 'no message like this; try fewer or other words',
    search: 'Search messages',
    searchFoot: (count: number, held: number, fetching: boolean) =>
      `${format.number(count)} of ${format.number(held)} messages${fetching ? ', fetching older ones' : ''} · Enter goes there`,
    links: 'Links',
    linksFoot: 'Enter copies · o opens · Esc closes',
    picker: 'Send a file',
    pickerLeft: (count: number) =>
      count === 1
        ? '1 entry is not shown: its name has signs that cannot be'
        : `${format.number(count)} entries are not shown: too many, or names with signs that cannot be`,
    pickerClosed: 'this folder may not be read; choose another, or type .file PATH',
    pickerGone: 'there is no such folder any more; choose another',
    pickerFoot: (conversation: string) => `Enter sends to ${conversation} · Backspace goes up · Esc closes`,
    pageFoot: (seen: string, more: boolean) => (more ? `${seen} · ↑↓ PgUp PgDn scroll · Esc closes` : 'Esc closes'),
    seen: (from: number, to: number, all: number) => `${from}–${to} of ${all}`,
    confirm: 'Sure?',
    strayFoot: 'what was typed is no answer · Esc closes',
    fingerprint: (name: string) => `Compare with ${name}`,
    changed: (name: string) => `${name}'s key changed`,
    passwd: 'Change the password',
    keys: 'Fingerprints',
  },
  passwd: { old: 'Password now', fresh: 'New password' },
  pages: {
    commands: 'Commands',
    transfers: 'Transfers',
    whoami: 'You',
    link: 'Join link',
    devices: 'Your devices',
    blocked: 'Blocked on this device: .block NAME takes it back',
    fingerprint: 'Key',
    device: 'Device',
    thisDevice: 'this one',
    closed: 'No connection',
  },
  closed: {
    kept: 'what is held here can still be read; what you write is kept and goes out when the link is back',
    looks: 'once a minute it looks whether the right key is back, and then goes on by itself; Ctrl+C twice leaves',
    leave: 'Ctrl+C twice leaves',
  },
  settings: {
    mouse: 'mouse',
    bell: 'bell',
    desktop: 'desktop notifications',
    desktopText: 'texts in notifications',
    typing: 'telling and showing who is writing:',
  },
  kinds: { person: 'person', room: 'room', file: 'file', command: 'command' },
  questions: {
    send: (to: string, lines: number, messages: number) =>
      messages === 1
        ? `send to ${to}?`
        : `send ${format.counted(lines, 'line', 'lines')} to ${to} as ${format.number(messages)} messages?`,
    hasty: 'the conversation changed while you were typing',
    addressed: (name: string, room: string) =>
      `it begins with @${name}, and everybody in ${room} would read it; @${name} and a space is for ${name} alone`,
    sendFoot: (to: string) => `Enter or y sends to ${to} · Esc or n keeps the line`,
    delete: (conversation: string) => [
      `delete this message in ${conversation}?`,
      'others see that it was deleted; who has read it has read it',
    ],
    deleteFoot: 'Enter or y deletes · Esc or n leaves it',
    quit: [
      'leave SecureChat?',
      'a transfer is under way; next time it is listed as paused, and p in the files goes on',
    ],
    quitFoot: 'Enter or y leaves · Esc or n stays',
  },
  fingerprint: {
    how: 'call or meet, and read these numbers to each other; they must be the same on both screens',
    computing: 'computing the number',
    same: 'Enter: they are the same, mark as verified · Esc: later',
    unverify: 'Enter: take the mark back · Esc: leave it',
    changed: [
      'this can be a new installation, or somebody between you',
      'nothing is sent until you decide; compare by telephone or in person first',
    ],
    old: 'old key',
    fresh: 'new key',
    accept: 'Enter: take the new key · Esc: not now',
    accepted: (name: string) => `${name}'s new key is taken; compare it with .verify`,
    verified: (name: string) => `${name} is marked as verified`,
    unverified: (name: string) => `${name} is no longer marked as verified`,
  },
  login: {
    welcome: 'end-to-end encrypted chat on your own server',
    server: 'Server',
    serverHint: 'the join link it prints, or host:port',
    fallback: (address: string) => `${address}  (Enter takes it)`,
    name: 'Name',
    password: 'Password',
    repeat: 'Once more',
    invite: 'Invite',
    inviteHint: 'only if the server asks for one',
    newHere: 'new here: make an account',
    toggle: 'Ctrl+T',
    strength: ['too short', 'weak', 'fair', 'good', 'strong'] as const,
    trustTitle: 'Is this your server?',
    trustHow: 'compare with what the server prints at its start, or with whoever runs it',
    trustFoot: 'Enter: it is the same · Esc: it is not',
    notTrusted: 'not trusted: check the address, or ask whoever runs the server',
    noServer: (address: string) => `no server answers at ${address}`,
    start: 'Ctrl+S starts one on this machine',
    starting: 'starting a server',
    started: 'a server runs on this machine now',
    forgotten: 'nobody can reset a password: forgotten, it is lost',
    yourServer: 'Your server',
    aboutServer: ({ link, dir, log, pid }: { link: string; dir: string; log: string; pid: number }) => [
      'it runs on this machine now, and goes on when you leave this screen',
      '',
      `data      ${dir}`,
      `log       ${log}`,
      `stop it   kill ${pid}`,
      '',
      'pass this link on to who shall join; .whoami shows it again; other machines reach the server when it is started with --host',
      '',
      link,
    ],
    foot: 'Enter goes on · Tab next field · Ctrl+C twice quits',
    serverFoot: 'Enter goes on · F1 keys · Ctrl+C twice quits',
    progress: {
      connect: 'connecting',
      keys: 'making your keys: this takes a few seconds',
      login: 'proving the password, which never leaves this machine',
      vault: 'opening your keys',
      sync: 'fetching conversations',
    },
    errors: {
      server: 'an address is needed: host:port or a join link',
      name: 'a name has 1 to 32 letters, digits, dots, dashes or underscores',
      password: 'a password is needed',
      short: 'use 8 characters or more; a few words are easy to keep',
      repeat: 'the two passwords differ',
      invite: `an invite has at most ${MAX_INVITE} characters; copy it again`,
      taken: (said: string) => `${said}, or Ctrl+T if it is yours`,
      refused: (said: string) => `${said}; Ctrl+T if you are new here`,
    },
  },
  notices: {
    quit: 'Ctrl+C again leaves',
    bare: 'bare view: Alt+L or Esc goes back',
    unknownCommand: (name: string, like: string | null) => {
      const sign = name.charAt(0);
      const said = `unknown command ${cut(name, 20)}: ${like === null ? '.help lists them,' : `did you mean ${like}?`}`;
      return `${said} one more ${sign} in front makes it text`;
    },
    addressed: (name: string, room: string) =>
      `not sent: @${name} TEXT is for ${name} alone, ${name}: TEXT is for everybody in ${room}`,
    usage: (usage: string) => `usage: ${usage}`,
    unknownPerson: (name: string) => `nobody is called ${name}: F2 lists everyone`,
    unknownRoom: (name: string) => `there is no room ${name} here`,
    noFile: (name: string) => `no file ${name}: .list_files shows them`,
    manyFiles: (name: string) => `several files are called ${name}: choose one with F3`,
    noEmoji: (word: string, near: readonly string[]) =>
      `${cut(word, 20)} is no emoji: ${near.length === 0 ? '.react :smile: and Tab offers them by name' : `did you mean ${near.join(' ')}?`}`,
    noTransfer: 'no transfer is under way',
    noTransfers: {
      pause: 'no transfer is running',
      resume: 'no transfer is paused',
      cancel: 'no transfer is under way',
    },
    noTransferNamed: (name: string) => `no transfer ${name} to do that with: .transfers lists them`,
    verifyWhom: 'with whom? .verify NAME; the name may be left out in a private conversation',
    noMessage: 'there is no message to do that with',
    notYours: 'only your own messages can be changed',
    changedKey: (name: string) => `${name}'s key changed: .verify ${name} before you write`,
    isBlocked: (name: string) => `${name} is blocked here: .block ${name} takes it back before you write`,
    isMe: 'that is you: name somebody else',
    blocked: (name: string) => `${name} is blocked on this device: .block ${name} takes it back`,
    unblocked: (name: string) => `${name} is no longer blocked`,
    nobodyBlocked: 'nobody is blocked: .block NAME blocks somebody',
    muted: (name: string) => `${name} is muted: .mute ${name.replace(/^@/, '')} takes it back`,
    unmuted: (name: string) => `${name} is no longer muted`,
    tooLong: (bytes: number, limit: number) =>
      `too long: ${format.number(bytes)} bytes, a message holds ${format.number(limit)}`,
    longPaste: (bytes: number, limit: number) =>
      `too long: ${format.number(bytes)} bytes, the line holds ${format.number(limit)}; send a file with Ctrl+O`,
    whispered: (name: string) => `sent to ${name} alone: .msg ${name.slice(1)} opens that conversation`,
    away: 'you are away: .away again, or a message, says that you are back',
    back: 'you are no longer away',
    noUnread: 'everything is read',
    furtherBack: 'more is unread further back: PgUp goes on, Esc goes to the newest',
    copied: 'copied, if the terminal allows it',
    opened: (link: string) => `opened: ${link}`,
    noLinks: 'no links in this conversation',
    theme: (name: string) => `theme ${name}`,
    themeElsewhere: (name: string, found: string) =>
      found === 'none'
        ? `no colours here, as NO_COLOR or the terminal says; theme ${name} is kept for others`
        : `this terminal shows 16 colours; theme ${name} is kept for others`,
    on: (what: string) => `${what} on`,
    off: (what: string) => `${what} off`,
    uploading: (name: string) => `sending ${name}`,
    cutOff: (count: number) =>
      `${count === 1 ? '1 transfer was' : `${count} transfers were`} cut off: F3, then p goes on`,
    paused: (name: string) => `${name} is paused: .resume goes on`,
    cancelled: (name: string) => `${name} is cancelled`,
    edited: 'changed',
    deleted: 'deleted for everyone',
    passwd: 'the password is changed; other devices need it at their next start',
    ended: (count: number) =>
      count === 0
        ? 'no other device was signed in'
        : `${count === 1 ? '1 other device was' : `${count} other devices were`} signed out`,
    keyChanged: (name: string) => `! ${name}'s key changed: .verify ${name} before you write`,
    nothingFailed: 'nothing failed to be sent',
    draftsLost: 'what this device kept (drafts, who is muted or blocked) could not be read and was left alone',
  },
  notify: {
    crash: (log: string | null) =>
      `securechat stopped by a mistake of its own${log === null ? '' : `; the reason is in ${log}`}; what was typed is kept`,
    title: (name: string) => `SecureChat: ${name}`,
    body: 'new message',
    bodies: (count: number) => `${format.number(count)} new messages`,
  },
  crash: (log: string | null) =>
    `securechat stopped by a mistake of its own${log === null ? '' : `; the reason is in ${log}`}; what was typed is kept`,
  title: (name: string, unread: number) => (unread > 0 ? `(${unread}) ${name} · SecureChat` : `${name} · SecureChat`),
} as const;

/** Sentences of the login form. */
import { MAX_INVITE } from '../../protocol/base/safe-text.ts';

export const login = {
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
  trustHow: 'compare with what the server prints at its start, or with its operator',
  trustFoot: 'Enter: it is the same · Esc: it is not',
  strayFoot: 'not an answer · read it, then Enter or Esc',
  notTrusted: 'not trusted: check the address, or ask the operator of the server',
  noServer: (address: string) => `no server answers at ${address}`,
  start: 'Ctrl+S starts one on this machine',
  started: 'a server runs on this machine now',
  forgotten: 'nobody can reset a forgotten password',
  yourServer: 'Your server',
  aboutServer: ({ link, dir, log, pid }: { link: string; dir: string; log: string; pid: number }) => [
    'it runs on this machine now, and keeps running when you leave this screen',
    '',
    `data      ${dir}`,
    `log       ${log}`,
    `stop it   kill ${pid}`,
    '',
    'give this link to the people you invite; .whoami shows it again',
    '',
    link,
    '',
    'only this machine can reach it; for other machines, stop it and start it with',
    '',
    `securechat-daemon --host 0.0.0.0 --data-dir ${shellWord(dir)}`,
  ],
  foot: 'Enter goes on · Tab next field · Ctrl+C twice quits',
  waitFoot: 'Esc gives up · Ctrl+C twice quits',
  serverFoot: 'Enter goes on · F1 keys · Ctrl+C twice quits',
  progress: {
    start: 'starting a server',
    connect: 'connecting',
    keys: 'making your keys: this takes a few seconds',
    login: 'proving the password, which never leaves this machine',
    vault: 'opening your keys',
    sync: 'fetching conversations',
  },
  /** `seconds`: how long at most; null for as long as it takes. */
  waits: (reason: string, seconds: number | null) =>
    `${reason}; it is tried again ${seconds === null ? 'until that works' : `for ${seconds} s`}`,
  errors: {
    server: 'an address is needed: host:port or a join link',
    name: {
      length: 'a name has at most 32 letters, digits, dots, dashes or underscores',
      start: 'a name begins with a letter, a digit or an underscore',
      characters: 'a name has 1 to 32 letters, digits, dots, dashes or underscores',
      scripts: 'the letters of a name are all of one script; some scripts cannot be used',
      'look-alike': 'these letters look like Latin ones: write the name in those, or choose another',
    },
    password: 'a password is needed',
    repeat: 'the two passwords differ',
    invite: `an invite has at most ${MAX_INVITE} characters; copy it again`,
    taken: (said: string) => `${said}, or Ctrl+T if it is yours`,
    refused: (said: string) => `${said}; Ctrl+T if you are new here`,
  },
} as const;

/** Quotes `text` as one word for a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Notices on the status line: what was done, or what is not possible and what to do instead. */

import { cut } from '../width/measure.ts';
import * as format from './format.ts';

export const notices = {
  quit: 'Ctrl+C again leaves',
  noShell: 'there is no shell to go back to: Ctrl+C twice leaves',
  bare: 'bare view: Alt+L or Esc goes back',
  unknownCommand: (name: string, like: string | null) => {
    const sign = name.charAt(0);
    const said = `unknown command ${cut(name, 20)}: ${like === null ? '.help lists them,' : `did you mean ${like}?`}`;
    return `${said} put one more ${sign} in front to send it as text`;
  },
  addressed: (name: string, room: string) =>
    `not sent: @${name} TEXT is for ${name} alone, ${name}: TEXT is for everybody in ${room}`,
  usage: (usage: string) => `usage: ${usage}`,
  takesNothing: (name: string) => `${name} takes no argument; put one more . in front to send the line as text`,
  unknownPerson: (name: string) => `nobody is called ${name}: .users names everyone`,
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
  typedEarly: 'what you typed after Enter was dropped: this form was not open yet',
  noMessage: 'there is no message to do that with',
  notYours: 'only your own messages can be changed',
  changedKey: (name: string) => `${name}'s key changed: .verify ${name} before you write`,
  isBlocked: (name: string) => `${name} is blocked: .block ${name} takes it back before you write`,
  isMe: 'that is you: name somebody else',
  blocked: (name: string) => `${name} is blocked on all your devices: .block ${name} takes it back`,
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
  nothingLike: 'no completion found',
  isOnline: 'the link is up',
  noUnread: 'everything is read',
  newestAgain: 'these are the newest; PgUp goes on to what came before them',
  furtherBack: 'more is unread further back: PgUp goes on, Esc goes to the newest',
  copied: 'copied, if the terminal allows it',
  notOpened: 'nothing here opens links: copied, if the terminal allows it',
  opened: (link: string) => `opened: ${link}`,
  noLinks: 'no links in this conversation',
  theme: (name: string) => `theme ${name}`,
  themeElsewhere: (name: string, terminal: string) =>
    terminal === 'none'
      ? `no colours here, as NO_COLOR or the terminal says; theme ${name} is kept for others`
      : `this terminal shows 16 colours; theme ${name} is kept for others`,
  on: (what: string) => `${what} on`,
  off: (what: string) => `${what} off`,
  uploading: (name: string) => `sending ${name}`,
  cutOff: (count: number) =>
    `${count === 1 ? '1 transfer was' : `${count} transfers were`} cut off: F3, then p goes on`,
  resumed: (name: string) => `${name} goes on`,
  paused: (name: string) => `${name} is paused: .resume goes on`,
  cancelled: (name: string) => `${name} is cancelled`,
  passwd: 'the password is changed; other devices stay logged in: .devices end others logs them out',
  endedDevice: (label: string) => `${label} is logged out`,
  unregistered: (name: string) => `${name} left: the account was closed`,
  keyChanged: (name: string) => `! ${name}'s key changed: .verify ${name} before you write`,
  nothingFailed: 'nothing failed to be sent',
  draftsLost: 'some of what this device kept (drafts, settings) could not be read; it was left as it is',
} as const;

/** Sentences of line mode: whole and without signs, so that a screen reader speaks only words. */

import { differentSentAt } from '../../client/messages/written-time.ts';
import { shownName } from '../../client/people/shown-name.ts';
import type { ConversationName, Device, FileInfo, Message, NewDevice } from '../../client/types.ts';
import type { FileItem } from '../../tui/selectors/selectors.ts';
import { deviceLabel, kindOfDevice, newDeviceText } from '../../tui/text/device-text.ts';
import * as format from '../../tui/text/format.ts';
import { strings } from '../../tui/text/strings.ts';

export const phrases = {
  welcome: (name: string, address: string) => `you are ${name} at ${address}`,
  writesTo: (name: ConversationName) => `you write to ${name}`,
  hint: '.help lists the commands, .exit leaves',
  here: (names: readonly string[]) => (names.length === 0 ? 'nobody else is online' : `online: ${names.join(', ')}`),
  came: (name: string) => `${name} came`,
  went: (name: string) => `${name} went`,
  older: (count: number, name: ConversationName) =>
    `${format.number(count)} older unread messages in ${name}: securechat history ${name}`,

  said: (message: Message, open: ConversationName, me: string) => `${shownName(message)}${place(message, open, me)}`,
  /** Says when the author's clock differs from the daemon's time. */
  written(message: Message) {
    const sentAt = differentSentAt(message);
    return sentAt === null ? '' : `, written ${format.writtenTime(sentAt, message.at)}`;
  },
  you: ({ conversation }: Message, open: ConversationName) =>
    `you${conversation === open ? '' : ` in ${conversation}`}`,
  answering: (name: string) => `, answering ${name}`,
  goesOn: (name: string) => `${name} goes on: `,
  file: (who: string, file: FileInfo) =>
    `${who} sent the file ${file.name}, ${format.size(file.size)}; .download ${file.name} fetches it`,
  changed: (who: string, text: string) => `${who} changed a message to: ${text}`,
  deleted: (who: string, text: string) => `${who} deleted a message: ${text}`,
  deletedUnheard: (who: string) => `${who} deleted a message`,
  deleteWhich: (name: ConversationName, text: string) =>
    `your newest message in ${name} is: ${text}; .delete yes deletes it for everyone`,
  reacted: (name: string, emoji: string, mine: boolean, text: string) =>
    `${name} reacted ${emoji} to${mine ? ' your message' : ''}: ${text}`,
  tookBack: (name: string, emoji: string, mine: boolean, text: string) =>
    `${name} took ${emoji} back from${mine ? ' your message' : ''}: ${text}`,
  notSent: (to: ConversationName, reason: string, text: string) =>
    `not sent to ${to}: ${reason}; .retry sends it again: ${text}`,
  delivered: (to: ConversationName, text: string) => `delivered to ${to}: ${text}`,
  gap: (name: ConversationName, what: string) => `in ${name}: ${what}`,

  lost: (reason: string) => `the link is lost: ${reason}; it comes back by itself, and what you write waits`,
  back: 'the link is back',
  fetching: (name: string, bytes: number) => `fetching ${name}, ${format.size(bytes)}`,
  percent: (name: string, percent: number) => `${name}: ${percent} %`,
  uploaded: (name: string, bytes: number) => `${name}, ${format.size(bytes)}, is sent`,

  onlyScreen: (command: string) => `${command} is for the screen; line mode has no screen`,
  noTyping: 'line mode neither sends nor shows who is typing',
  helpLine: (command: string, help: string) => `${command}: ${help}`,
  helpMore: [
    '@NAME TEXT or @NAME:TEXT: write to one person',
    '..TEXT: write a line that begins with a dot and a letter',
    '/COMMAND is the same as .COMMAND',
  ],
  noFiles: (name: ConversationName) => `there are no files in ${name}`,
  /** `isNamesake`: another file has the same name, so the id is printed too. */
  listedFile: ({ file, saved }: Pick<FileItem, 'file' | 'saved'>, age: string, isNamesake: boolean) =>
    [
      `${file.name}, ${format.size(file.size)}, from ${shownName(file)}, ${age}`,
      ...(isNamesake ? [`id ${file.id}`] : []),
      ...(saved === null ? [] : [strings.files.saved(saved)]),
    ].join(', '),
  transfer: (name: string, direction: 'up' | 'down', percent: number, state: string, note: string | null) =>
    `${direction === 'up' ? 'sending' : 'fetching'} ${name}: ${percent} %, ${state}${note === null ? '' : `: ${note}`}`,
  cutOff: (count: number) =>
    count === 1
      ? '1 transfer was cut off: .resume goes on with it'
      : `${count} transfers were cut off: .transfers lists them, .resume NAME goes on with one`,
  person: (name: string, presence: string, key: string) => `${name}${presence === '' ? '' : `, ${presence}`}${key}`,
  verified: ', key compared',
  changedKey: ', the key changed',
  unread: (count: number) => `, ${format.number(count)} unread`,
  openNow: ', you write here',
  muted: ', muted',
  blocked: ', blocked',
  blockedNames: (names: readonly string[]) =>
    `blocked on all your devices: ${names.join(', ')}; .block NAME takes it back`,
  yourKey: (fingerprint: string) => `your key: ${format.groups(fingerprint)}`,
  serverKey: (fingerprint: string) => `key of the server: ${format.groups(fingerprint)}`,
  joinLink: ({ address, fingerprint }: { address: string; fingerprint: string }) =>
    `join link for people you invite: securechat://${address}#${fingerprint}`,
  key: (name: string, fingerprint: string) => `${name}: ${format.groups(fingerprint)}`,
  noKeys: (name: string) => `${name} has no keys yet`,
  device: (device: number, what: string) => `device ${device}: ${what}`,
  /** `seen`: when it was last seen, in words. */
  listedDevice: (one: Device, seen: string, added: string) =>
    [
      `${one.isNew ? 'new: ' : ''}${deviceLabel(one)}`,
      ...(one.kind === 'export' ? [kindOfDevice(one)] : []),
      seen,
      one.address,
      strings.pages.added(added),
      `number ${one.device}`,
    ].join(', '),
  newDevice: (one: NewDevice) => `${newDeviceText(one)}; .devices shows all, .devices end ${deviceLabel(one)} ends it`,
  nothingFound: 'nothing like this',
  found: (message: Message, time: string) => `${time}, ${shownName(message)} in ${message.conversation}`,
  digits: (name: string, number: string) => `your number with ${name}: ${number}`,
  compare: (name: string) =>
    `call or meet, and read it to each other; when it is the same on both sides: .verify ${name} same`,
  compareChanged: (name: string) =>
    `${name}'s key changed: a new installation, or an attacker between you; nothing is sent until you decide; compare first, then: .verify ${name} accept`,
  verifyUsage:
    'usage: .verify NAME, then .verify NAME same, .verify NAME accept for a changed key, or .verify NAME undo',
  passwordNow: 'password now:',
  passwordNew: 'new password:',
  passwordAgain: 'once more:',
  passwordKept: 'the password stays as it was: .passwd begins again',
  nothingExported: 'nothing was exported: .keys export begins again',
  needsTerminal: (command: string) => `${command} asks for a password and needs a terminal`,

  askServer: (fallback: string) =>
    `which server? paste its join link, or type its host and port; Enter alone takes ${fallback}:`,
  offered: (address: string, words: string) => `the server at ${address} is not known here; its key in words: ${words}`,
  offeredInHex: (fingerprint: string) => `its key in letters and digits: ${format.groups(fingerprint)}`,
  askTrust: 'is it the same, and this your server? type yes or no:',
  askName: 'which name do you have here, or want to have?',
  askNew: (name: string) => `make the account ${name} now? type yes if you are new here, no if you have it:`,
  askPassword: (name: string) => `what is the password of ${name}? it is not shown:`,
  askNewPassword: (name: string) => `choose a password for ${name}, 8 characters or more; it is not shown:`,
  askAgain: 'type the same password once more:',
  askInvite: 'what is the code of your invitation?',
  yesOrNo: 'please type yes or no',

  again: 'Ctrl+C again leaves',
  finishing: 'finishing what is under way',
  notDrained: 'not everything is sent: the rest waits in the outbox and goes at the next start',
  notUtf8: 'this line is not UTF-8, so it was not sent; send it as a file',
  refused: 'not everything could be done; see above',
} as const;

/** The conversation of a message, when it is not obvious. */
function place(message: Message, open: ConversationName, me: string): string {
  if (message.to === null) return message.conversation === open ? '' : ` in ${message.conversation}`;
  return ` to ${message.to === me ? 'you' : message.to}`;
}

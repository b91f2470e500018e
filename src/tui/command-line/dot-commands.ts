/** Every dot-command, in one table: `.help` and docs/SCREEN are printed from it. `/x` is `.x`; `..x` is the text `.x`. */
import type { ConversationName } from '../../client/types.ts';
import { nearestWord } from '../text/edit-distance.ts';
import { strings } from '../text/strings.ts';
import { type CommandName, commandNames } from './command-names.ts';

export type CommandRow = {
  /** Arguments as people read them; '' when there are none. */
  usage: string;
  help: string;
  /** True: nothing is done without an argument. */
  needs?: boolean;
};

export const commandTable: Readonly<Record<CommandName, CommandRow>> = {
  '.help': { usage: '', help: 'this list' },
  '.exit': { usage: '', help: 'leave' },
  '.quit': { usage: '', help: 'leave' },
  '.msg': { usage: 'NAME [TEXT]', help: 'open a private conversation, or write into it', needs: true },
  '.join': { usage: '#ROOM', help: 'open a room you are in', needs: true },
  '.rooms': { usage: '', help: 'rooms you are in' },
  '.users': { usage: '', help: 'everybody, who is online and whose key you compared' },
  '.file': { usage: 'PATH', help: 'send a file to the open conversation', needs: true },
  '.list_files': { usage: '', help: 'files of the open conversation' },
  '.download': { usage: 'NAME', help: 'fetch a file', needs: true },
  '.transfers': { usage: '', help: 'what is being sent and fetched' },
  '.pause': { usage: '[NAME]', help: 'pause a transfer' },
  '.resume': { usage: '[NAME]', help: 'go on with a paused transfer' },
  '.cancel': { usage: '[NAME]', help: 'give up a transfer' },
  '.reply': { usage: 'TEXT', help: 'answer the chosen or newest message of another', needs: true },
  '.edit': { usage: '[TEXT]', help: 'change your chosen or newest message' },
  '.delete': { usage: '', help: 'delete your chosen or newest message' },
  '.react': { usage: 'EMOJI', help: 'react to the chosen or newest message; again takes it back', needs: true },
  '.retry': { usage: '', help: 'send again what failed' },
  '.search': { usage: '[TEXT]', help: 'search messages' },
  '.unread': { usage: '', help: 'next conversation with something unread' },
  '.next': { usage: '', help: 'next conversation' },
  '.previous': { usage: '', help: 'previous conversation' },
  '.scroll': { usage: 'up|down|oldest|newest', help: 'scroll the messages', needs: true },
  '.go': { usage: '', help: 'quick switcher' },
  '.pane': { usage: '', help: 'next pane' },
  '.bare': { usage: '', help: 'full width without borders, for copying' },
  '.redraw': { usage: '', help: 'draw the screen again' },
  '.copy': { usage: '', help: 'copy the chosen or newest message' },
  '.links': { usage: '', help: 'links of this conversation, to copy or to open' },
  '.verify': { usage: '[NAME]', help: 'compare the safety number with somebody' },
  '.whoami': { usage: '', help: 'your name, fingerprint and server' },
  '.keys': { usage: '', help: 'fingerprints of everybody' },
  '.sessions': { usage: '[end]', help: 'your devices; end signs the others out' },
  '.reconnect': { usage: '', help: 'try the lost link now, without waiting' },
  '.passwd': { usage: '', help: 'change the password' },
  '.away': { usage: '[on|off]', help: 'tell everybody that you look elsewhere, until you write again' },
  '.typing': { usage: 'on|off', help: 'tell others that you write to them, and show who writes to you', needs: true },
  '.mute': {
    usage: '[NAME|#ROOM]',
    help: 'no bell and no count, unless a room names you; again takes it back',
  },
  '.block': {
    usage: '[NAME]',
    help: 'hide what somebody says, here only; "delivered" is still signed; again takes it back',
  },
  '.notify': { usage: 'bell|desktop|text on|off', help: 'how to be told of new messages', needs: true },
  '.mouse': { usage: 'on|off', help: 'wheel and clicks; selecting text needs Shift then', needs: true },
  '.theme': { usage: 'dark|light|16|none', help: 'colours', needs: true },
};

/** What the person meant by a line. */
export type ParsedLine =
  | { say: 'nothing' }
  | { say: 'text'; text: string }
  | { say: 'private'; to: string; text: string }
  /** `@bob, text`: bob alone, or everybody, with bob named? */
  | { say: 'addressed'; to: string; text: string }
  | { say: 'command'; name: CommandName; rest: string }
  | { say: 'unknown'; name: string; like: CommandName | null }
  /** Something is lacking, or what is not taken follows. */
  | { say: 'misused'; name: CommandName };

/** One `.` or `/` and a letter: `...`, `.5` and `/ 2` are what people write. */
const command = /^[./]\p{L}/u;
const escaped = /^([./])\1\p{L}/u;
/** A name and what is no part of a name. */
const addressed = /^@([\p{L}\p{M}\p{N}._-]+)[^\p{L}\p{M}\p{N}._\s:@-]/u;

/**
 * A line as the ancestor's client reads it: `.command`, `@name text`, `@name:text`, else text for the open conversation. What
 * looks like a command is never text, so that no password or path is sent by a slip. `table` says what each command takes.
 */
export function parseLine(line: string, table = commandTable): ParsedLine {
  const text = line.trimEnd();
  if (text === '') return { say: 'nothing' };
  if (escaped.test(text)) return { say: 'text', text: text.slice(1) };
  const to = addressed.exec(text)?.[1]?.normalize('NFC');
  if (to !== undefined && /\s/.test(text)) return { say: 'addressed', to, text };
  const alone = /^@([\p{L}\p{M}\p{N}._-]+):?$/u.exec(text)?.[1]?.normalize('NFC');
  if (alone !== undefined) return { say: 'addressed', to: alone, text };
  const whispered = /^@([^\s:@]+)(?::\s*|\s+)([\s\S]+)$/u.exec(text);
  if (whispered) return { say: 'private', to: (whispered[1] as string).normalize('NFC'), text: whispered[2] as string };
  if (!isCommandLine(text)) return { say: 'text', text };
  const [word = '', rest = ''] = divide(text);
  const name = `.${word.slice(1).toLowerCase()}`;
  if (!isCommand(name)) return { say: 'unknown', name: word, like: nearestWord(name, commandNames)[0] ?? null };
  if (!fits(table[name], rest)) return { say: 'misused', name };
  return { say: 'command', name, rest };
}

/** Whether it is read as a command, known or not. */
export function isCommandLine(text: string): boolean {
  return command.test(text);
}

/** The line that says `text`. */
export function lineOf(text: string): string {
  return isCommandLine(text) ? `${text[0]}${text}` : text;
}

export function usageOf(name: CommandName, table = commandTable): string {
  const { usage } = table[name];
  return usage === '' ? strings.notices.takesNothing(name) : strings.notices.usage(`${name} ${usage}`);
}

/** `bob`, `@bob` or `#room` as a conversation. */
export function conversationOf(word: string): ConversationName {
  const name = word.normalize('NFC');
  return name.startsWith('#') || name.startsWith('@') ? (name as ConversationName) : `@${name}`;
}

/** The first word, and what follows it without the space between. */
export function divide(text: string): [string, string] {
  const end = text.search(/\s/);
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

function fits({ usage, needs }: CommandRow, rest: string): boolean {
  return rest === '' ? needs !== true : usage !== '';
}

export function isCommand(name: string): name is CommandName {
  return (commandNames as readonly string[]).includes(name);
}

/**
 * Folder `command-line`: what is typed into the composer: dot-commands, conversations, paths, and their completion; it carries
 * out nothing. Reads a typed line: a dot-command, a private line or text. `/x` is `.x`; `..x` is the text `.x`. Knows no
 * command's action.
 */
import type { ConversationName } from '../../client/types.ts';
import { nearestWord } from '../text/edit-distance.ts';
import { strings } from '../text/strings.ts';
import { type CommandName, commandNames } from './command-names.ts';

export type CommandRow = {
  /** Arguments as people read them; '' when there are none. */
  usage: string;
  help: string;
  /** The command does nothing without an argument. */
  needs?: boolean;
};

/** Usage and help of every command, as `.help`, the usage notices, completion and the documents show them. */
export type CommandRows = Readonly<Record<CommandName, CommandRow>>;

export type ParsedLine =
  | { kind: 'nothing' }
  | { kind: 'text'; text: string }
  | { kind: 'private'; to: string; text: string }
  /** `@bob, text`: it may be meant for bob alone or for the whole room. */
  | { kind: 'addressed'; to: string; text: string }
  | { kind: 'command'; name: CommandName; rest: string }
  | { kind: 'unknown'; name: string; like: CommandName | null }
  /** The argument is missing, or the command takes none. */
  | { kind: 'misused'; name: CommandName };

/** One `.` or `/` and a letter; `...`, `.5` and `/ 2` are text. */
const command = /^[./]\p{L}/u;
const escaped = /^([./])\1\p{L}/u;
/** A name followed by a character that no name contains. */
const addressed = /^@([\p{L}\p{M}\p{N}._-]+)[^\p{L}\p{M}\p{N}._\s:@-]/u;

/**
 * Reads `.command`, `@name text` and `@name:text`; everything else is text for the open conversation. A line that looks like a
 * command is never text, so that a typo sends no password or path. `table` says which commands take an argument.
 */
export function parseLine(line: string, table: CommandRows): ParsedLine {
  const text = line.trimEnd();
  if (text === '') return { kind: 'nothing' };
  if (escaped.test(text)) return { kind: 'text', text: text.slice(1) };
  const to = addressed.exec(text)?.[1]?.normalize('NFC');
  if (to !== undefined && /\s/.test(text)) return { kind: 'addressed', to, text };
  const alone = /^@([\p{L}\p{M}\p{N}._-]+):?$/u.exec(text)?.[1]?.normalize('NFC');
  if (alone !== undefined) return { kind: 'addressed', to: alone, text };
  const whispered = /^@([^\s:@]+)(?::\s*|\s+)([\s\S]+)$/u.exec(text);
  if (whispered)
    return { kind: 'private', to: (whispered[1] as string).normalize('NFC'), text: whispered[2] as string };
  if (!isCommandLine(text)) return { kind: 'text', text };
  const [word = '', rest = ''] = divide(text);
  const name = `.${word.slice(1).toLowerCase()}`;
  if (!isCommand(name)) return { kind: 'unknown', name: word, like: nearestWord(name, commandNames)[0] ?? null };
  if (!fits(table[name], rest)) return { kind: 'misused', name };
  return { kind: 'command', name, rest };
}

/** Whether `text` is read as a command, known or not. */
export function isCommandLine(text: string): boolean {
  return command.test(text);
}

/** The line that is read as `text`. */
export function lineOf(text: string): string {
  return isCommandLine(text) ? `${text[0]}${text}` : text;
}

export function usageOf(name: CommandName, table: CommandRows): string {
  const { usage } = table[name];
  return usage === '' ? strings.notices.takesNothing(name) : strings.notices.usage(`${name} ${usage}`);
}

/** `bob`, `@bob` or `#room` as a conversation. */
export function parseConversationName(word: string): ConversationName {
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

/** What Tab offers for the word before the cursor. Pure: the caller looks up paths and emoji. */
import type { ConversationName } from '../../client/types.ts';
import { wordAt } from '../state/editor.ts';
import { shownFiles } from '../state/muting.ts';
import type { Chat, Completion } from '../state/state.ts';
import { commandNames } from './command-names.ts';
import { type CommandRows, isCommand } from './parse-line.ts';

export type Completions =
  | { kind: 'words'; completion: Completion }
  /** The caller lists the folder; `head` stays before the completion. */
  | { kind: 'path'; head: string; path: string }
  | { kind: 'emoji'; head: string; prefix: string }
  | { kind: 'nothing' };

/** Commands whose argument is a person's name. */
const takesPerson = /^[./](?:msg|verify|mute|block)\s+@?$/i;

/** `table` holds the commands whose arguments are completed. */
export function completionsFor(chat: Chat, before: string, table: CommandRows): Completions {
  const word = before.slice(wordAt(before));
  const head = before.slice(0, before.length - word.length);
  const file = /^([./](?:file|keys\s+(?:export|check))\s+)(.*)$/is.exec(before);
  if (file) return { kind: 'path', head: file[1] as string, path: file[2] as string };
  const download = /^([./]download\s+)(.*)$/is.exec(before);
  if (download) {
    const names = shownFiles(chat)
      .filter(({ conversation }) => conversation === chat.open)
      .map(({ name }) => name);
    return words(download[1] as string, names, download[2] as string, '');
  }
  if (head === '' && /^[./]/.test(word)) {
    const sign = word[0] as string;
    return words(
      '',
      commandNames.map((name) => sign + name.slice(1)),
      word,
      ' ',
    );
  }
  const choices = choicesAt(head, table);
  if (choices !== null) return words(head, choices.words, word, choices.isLast ? '' : ' ');
  if (/^:[\w+-]+$/.test(word)) return { kind: 'emoji', head, prefix: word.slice(1) };
  if (/^[./](?:join|mute)\s+$/i.test(head) && (word.startsWith('#') || /join/i.test(head))) {
    return words(
      head,
      (Object.keys(chat.threads) as ConversationName[]).filter((name) => name.startsWith('#')),
      word,
      '',
    );
  }
  const people = Object.keys(chat.people).filter((name) => name !== chat.me.name);
  if (word.startsWith('@'))
    return words(
      head,
      people.map((name) => `@${name}`),
      word,
      ' ',
    );
  if (takesPerson.test(head)) return words(head, people, word, /^.msg/i.test(head) ? ' ' : '');
  if (word === '') return { kind: 'nothing' };
  return words(head, people, word, head === '' ? ': ' : ' ');
}

/** The words that the command before the cursor takes next, when its usage lists some; else null. Names are no such words. */
function choicesAt(head: string, table: CommandRows): { words: string[]; isLast: boolean } | null {
  const [sign, ...given] = head.trim().split(/\s+/);
  const name = `.${sign?.slice(1).toLowerCase()}`;
  if (sign === undefined || !/^[./]/.test(sign) || !isCommand(name)) return null;
  const usage = table[name].usage.split(' ');
  const next = usage[given.length]?.replace(/[[\]]/g, '').split('|') ?? [];
  const words = next.filter((word) => /^[a-z0-9]+$/.test(word));
  return words.length === 0 ? null : { words, isLast: given.length === usage.length - 1 };
}

/** The candidates that start with `prefix`, without regard to case. */
export function words(head: string, candidates: readonly string[], prefix: string, after: string): Completions {
  const low = prefix.toLowerCase();
  const found = candidates.filter((word) => word.toLowerCase().startsWith(low)).sort();
  return found.length === 0
    ? { kind: 'nothing' }
    : { kind: 'words', completion: { head, words: found.map((word) => word + after), at: 0 } };
}

/** The next or the previous word of a completion. */
export function rotated(completion: Completion, by: 1 | -1): Completion {
  const count = completion.words.length;
  return { ...completion, at: (completion.at + by + count) % count };
}

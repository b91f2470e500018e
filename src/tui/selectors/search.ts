/** Searches for the overlays: destinations, messages, links, files to send. Pure. */
import fuzzysort from 'fuzzysort';
import { shownName } from '../../client/people/shown-name.ts';
import type { Message } from '../../client/types.ts';
import { commandNames } from '../command-line/command-names.ts';
import { isHidden } from '../command-line/typed-paths.ts';
import { shownMessages } from '../messages/folding.ts';
import { firstLine } from '../messages/rows.ts';
import { textOf } from '../state/editor.ts';
import { fileKey } from '../state/message-list.ts';
import { isBlockedConversation, shownFiles } from '../state/muting.ts';
import type { Chat, Overlay } from '../state/state.ts';
import { hasUnread, peopleOf } from './selectors.ts';

export type Destination = { kind: 'person' | 'room' | 'file' | 'command'; label: string; target: string };

/**
 * The quick switcher's list, best match first. Without a query, conversations with unread messages come first, unless they are
 * muted.
 */
export function destinations(chat: Chat, query: string): Destination[] {
  const conversations = [...peopleOf(chat)]
    .sort((a, b) => Number(hasUnread(b)) - Number(hasUnread(a)))
    .map(({ name, room }): Destination => ({ kind: room ? 'room' : 'person', label: name, target: name }));
  const files = shownFiles(chat).map(
    (file): Destination => ({ kind: 'file', label: file.name, target: fileKey(file) }),
  );
  const commands = commandNames.map((name): Destination => ({ kind: 'command', label: name, target: name }));
  if (query.trim() === '') return [...conversations, ...commands];
  const like = (list: Destination[]) =>
    fuzzysort.go(query.trim(), list, { key: 'label', limit: 50, threshold: 0 }).map(({ obj }) => obj);
  // People are meant more often than commands.
  return query.trim().startsWith('.') ? like(commands) : [...like([...conversations, ...files]), ...like(commands)];
}

/** The links of the open conversation, without duplicates, oldest first. */
export function linksIn(chat: Chat, findLinks: (text: string) => string[]): string[] {
  const texts = shownMessages(chat).map(({ body }) => (body.kind === 'file' ? '' : body.text));
  return [...new Set(texts.flatMap(findLinks))];
}

/** Most results that are listed. */
export const MOST_HITS = 200;

/**
 * Loaded messages that contain every word of `query`, without regard to case and accents; newest first. None of blocked people.
 */
export function searchHits(chat: Chat, query: string): Message[] {
  const wanted = plain(query).split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const { blocked } = chat;
  const fits = (message: Message) => {
    const text = words(message);
    return wanted.every((word) => text.includes(word));
  };
  return Object.values(chat.threads)
    .filter(({ name }) => !isBlockedConversation(blocked, name))
    .flatMap(({ messages }) => messages.filter((one) => !one.deleted && !blocked.has(one.from) && fits(one)))
    .sort((a, b) => b.at - a.at)
    .slice(0, MOST_HITS);
}

/** `text` without case and accents, for comparing. */
function plain(text: string): string {
  const lower = text.toLowerCase();
  return /^[ -~]*$/.test(lower) ? lower : lower.normalize('NFD').replace(/\p{M}/gu, '');
}

const lowered = new WeakMap<Message, string>();

function words(message: Message): string {
  let text = lowered.get(message);
  if (text === undefined) {
    text = plain(`${shownName(message)} ${message.body.kind === 'file' ? firstLine(message) : message.body.text}`);
    lowered.set(message, text);
  }
  return text;
}

type Picker = Extract<Overlay, { kind: 'picker' }>;

/** The picker's entries that match the query; hidden ones only when it starts with a dot. */
export function picked(overlay: Picker): NonNullable<Picker['entries']> {
  const query = textOf(overlay.query).trim();
  const entries = (overlay.entries ?? []).filter(({ name }) => query.startsWith('.') || !isHidden(name));
  return query === '' ? entries : fuzzysort.go(query, entries, { key: 'name', threshold: 0 }).map(({ obj }) => obj);
}

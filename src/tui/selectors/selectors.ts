/** Folder `selectors`: what the components show, as pure functions of the state; it changes nothing. */
import type { ConversationName, FileInfo, TransferState } from '../../client/types.ts';
import type { Look } from '../messages/rows.ts';
import { textOf } from '../state/editor.ts';
import { chatOf, openThread, paneOf } from '../state/focus.ts';
import { type Layout, layoutOf } from '../state/layout.ts';
import { personOf } from '../state/lookup.ts';
import { fileKey } from '../state/message-list.ts';
import { isBlockedConversation, shownFiles, unreadOf } from '../state/muting.ts';
import type { Chat, State, Thread } from '../state/state.ts';
import { exactNote } from '../text/clean.ts';
import { draftLines } from '../text/draft-lines.ts';
import { strings } from '../text/strings.ts';
import { width } from '../width/measure.ts';
import { composerColumns, composerTarget } from './composer-target.ts';

const MIN_NAMES = 5;

export type ConversationItem = {
  name: ConversationName;
  /** The name without `@` or `#`. */
  label: string;
  room: boolean;
  online: boolean;
  away: boolean;
  /** Presence is known: only with a link. */
  known: boolean;
  /** Is typing to me. */
  typing: boolean;
  verified: boolean;
  changed: boolean;
  unread: number;
  /** An unread message names me. */
  mentioned: boolean;
  open: boolean;
  draft: boolean;
  muted: boolean;
  blocked: boolean;
};

/** The left pane: rooms, then people by name, blocked ones last. The order is stable, so that Alt+3 stays the same. */
export function peopleOf(chat: Chat): ConversationItem[] {
  if (last === null || !sameList(last.chat, chat)) last = { chat, list: sortedPeople(chat) };
  return last.list;
}

/** Read after every key, and mostly unchanged: the newest list is cached. */
let last: { chat: Chat; list: ConversationItem[] } | null = null;

function sameList(a: Chat, b: Chat): boolean {
  if (a === b) return true;
  if (a.people !== b.people || a.typing !== b.typing || a.open !== b.open || a.me !== b.me) return false;
  if (a.muted !== b.muted || a.blocked !== b.blocked || isOnline(a) !== isOnline(b)) return false;
  if (a.threads === b.threads) return true;
  const names = Object.keys(b.threads) as ConversationName[];
  return (
    names.length === Object.keys(a.threads).length &&
    names.every((name) => {
      const [x, y] = [a.threads[name], b.threads[name]];
      if (x === y) return true;
      if (x === undefined || y === undefined) return false;
      return (
        unreadOf(a, x) === unreadOf(b, y) &&
        x.mentionAt === y.mentionAt &&
        x.head === y.head &&
        isVacant(a, x) === isVacant(b, y) &&
        (textOf(x.draft) === '') === (textOf(y.draft) === '')
      );
    })
  );
}

function sortedPeople(chat: Chat): ConversationItem[] {
  const names = new Set<ConversationName>(Object.keys(chat.threads) as ConversationName[]);
  for (const name of Object.keys(chat.people)) if (name !== chat.me.name) names.add(`@${name}`);
  return [...names]
    .filter((name) => name !== `@${chat.me.name}` || (chat.threads[name]?.head ?? 0) > 0)
    .filter((name) => name === chat.open || unknownReason(chat, name) === null)
    .map((name) => listed(chat, name))
    .sort(
      (a, b) =>
        Number(b.room) - Number(a.room) || Number(a.blocked) - Number(b.blocked) || (a.label < b.label ? -1 : 1),
    );
}

function listed(chat: Chat, name: ConversationName): ConversationItem {
  const thread = chat.threads[name];
  const unread = thread === undefined ? 0 : unreadOf(chat, thread);
  const person = name.startsWith('@') ? personOf(chat, name.slice(1)) : undefined;
  const known = isOnline(chat);
  return {
    name,
    label: name.slice(1),
    room: name.startsWith('#'),
    online: known && (person?.online ?? false),
    away: known && (person?.away ?? false),
    known,
    typing: person !== undefined && chat.typing.has(person.name) && !chat.blocked.has(person.name),
    verified: person?.verified ?? false,
    changed: (person?.changedTo ?? null) !== null,
    unread,
    mentioned: thread !== undefined && unread > 0 && thread.mentionAt > thread.read,
    open: chat.open === name,
    draft: thread !== undefined && chat.open !== name && textOf(thread.draft) !== '',
    muted: chat.muted.has(name),
    blocked: isBlockedConversation(chat.blocked, name),
  };
}

/** The index of the selected conversation in the left pane, else of the open one. */
export function personAt(chat: Chat): number {
  const list = peopleOf(chat);
  const at = list.findIndex((item) => item.name === chat.selectedPerson);
  return at >= 0
    ? at
    : Math.max(
        0,
        list.findIndex((item) => item.open),
      );
}

/** The visible part of a list: `first` is the index of its first row, `still` the index it would have without the wheel. */
export type Shown<T> = { rows: readonly T[]; first: number; still: number; total: number };

export const unmoved: Chat['wheeled'] = { people: 0, files: 0 };

/** `height` rows of `all` from `still` on, scrolled by the wheel within the list. */
export function shown<T>(all: readonly T[], height: number, still: number, wheeled: number): Shown<T> {
  const first = Math.max(0, Math.min(still + wheeled, all.length - height));
  return { rows: all.slice(first, first + height), first, still, total: all.length };
}

export type PersonRow = { item: ConversationItem | null; chosen: boolean };

/**
 * The visible rows of the left pane, with the selected or the open one near the middle. A blank row separates rooms from people.
 */
export function peopleShown(state: State, height: number): Shown<PersonRow> {
  const chat = chatOf(state);
  const list = chat === null ? [] : peopleOf(chat);
  const focused = paneOf(state) === 'people';
  const current = focused && chat !== null ? personAt(chat) : list.findIndex((item) => item.open);
  const rooms = list.filter((item) => item.room).length;
  const rows: PersonRow[] = list.map((item, at) => ({ item, chosen: focused && at === current }));
  const parted = rooms > 0 && rooms < list.length;
  if (parted) rows.splice(rooms, 0, { item: null, chosen: false });
  const row = parted && current >= rooms ? current + 1 : current;
  const still = Math.max(0, Math.min(row - Math.floor(height / 2), rows.length - height));
  return shown(rows, height, still, chat?.wheeled.people ?? 0);
}

/** `saved`: the path of a verified copy, unchanged. */
export type FileItem = { file: FileInfo; transfer: TransferState | null; saved: string | null };

/** Whether the transfer can be resumed or cancelled. */
export function isUnderWay({ state }: TransferState): boolean {
  return state === 'running' || state === 'paused' || state === 'failed';
}

/** All transfers but cancelled ones, for `.transfers`. */
export function transfersOf(chat: Chat): TransferState[] {
  return Object.values(chat.transfers).filter(({ state }) => state !== 'cancelled');
}

/** The right pane: transfers of all conversations, then the files of the open one, newest first. */
export function filesOf(chat: Chat): FileItem[] {
  const files = shownFiles(chat).filter((file) => file.conversation === chat.open);
  const moving = Object.entries(chat.transfers)
    .filter(([key, transfer]) => isUnderWay(transfer) && chat.files[key] === undefined)
    .map(([, transfer]) => ({ file: fileOf(transfer, chat.me.name), transfer, saved: null }));
  const there = files
    .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
    .map((file) => {
      const key = fileKey(file);
      const transfer = chat.transfers[key] ?? null;
      const fetched = transfer?.state === 'done' && transfer.direction === 'down' ? exactNote(transfer) : null;
      return { file, transfer, saved: fetched ?? chat.saved[key] ?? null };
    });
  return [...moving, ...there];
}

/** The index of the selected file in the right pane, else 0. */
export function fileAt(chat: Chat): number {
  return Math.max(
    0,
    filesOf(chat).findIndex(({ file }) => fileKey(file) === chat.selectedFile),
  );
}

const coming = new WeakMap<TransferState, FileInfo>();

/** The file of a transfer; the same object for the same transfer, so that an unchanged view is not drawn again. */
function fileOf(transfer: TransferState, me: string): FileInfo {
  const { id, author, conversation, name, size, direction } = transfer;
  const from = direction === 'up' ? me : '';
  const file = coming.get(transfer) ?? {
    id,
    author,
    conversation,
    from,
    formerKey: false,
    name,
    type: '',
    size,
    sha256: '',
    at: 0,
    sentAt: 0,
  };
  coming.set(transfer, file);
  return file;
}

export function layoutFor(state: State): Layout {
  const chat = chatOf(state);
  const aim = composerTarget(state);
  const rows =
    chat === null || aim === null
      ? 1
      : draftLines(textOf(openThread(chat).draft), composerColumns(aim, state.size.columns)).length;
  return layoutOf(state.size, rows, { bare: state.bare, said: state.notice !== null });
}

/** The look and the height of the window over the open conversation. */
export function lookOf(state: State): { look: Look; height: number } {
  const layout = layoutFor(state);
  const chat = chatOf(state);
  const names = chat === null ? MIN_NAMES : namesColumn(chat, layout.messages);
  const me = chat?.me.name ?? '';
  const blocked = chat?.blocked ?? nobody;
  const hit = chat?.hit ?? null;
  return { look: { columns: layout.messages, me, bare: state.bare, names, blocked, hit }, height: layout.body };
}

const nobody: ReadonlySet<string> = new Set();

/** The width of the column of names: as the longest name needs, within limits. Cells. */
export function namesColumn(chat: Chat, columns: number): number {
  const most = columns >= 90 ? 16 : columns >= 70 ? 12 : 10;
  const longest = Object.keys(chat.people).reduce((sum, name) => Math.max(sum, width(name)), 0);
  return Math.max(MIN_NAMES, Math.min(most, longest));
}

/** Whether the conversation has unread messages and is not muted. */
export function hasUnread({ unread, muted }: ConversationItem): boolean {
  return unread > 0 && !muted;
}

export function loadedCount(chat: Chat): number {
  return Object.values(chat.threads).reduce((sum, thread) => sum + thread.messages.length, 0);
}

/** The number of unread messages, without muted conversations and without `except`. */
export function unreadCount(chat: Chat, except: ConversationName | null = null): number {
  return Object.values(chat.threads)
    .filter(({ name }) => name !== except && !chat.muted.has(name))
    .reduce((sum, thread) => sum + unreadOf(chat, thread), 0);
}

export function isOnline({ link }: Pick<Chat, 'link'>): boolean {
  return link.state === 'online';
}

export function presenceSign({
  room,
  known,
  online,
  away,
}: Omit<Presence, 'known'> & { room: boolean; known: boolean }): string {
  return room ? '#' : !known ? '·' : away ? '◐' : online ? '●' : '○';
}

type Presence = { online: boolean; away: boolean; known?: boolean };

/** Presence in a word; '' when it is not known. */
export function presenceWord({ online, away, known = true }: Presence): string {
  if (!known) return '';
  return away ? strings.header.away : online ? strings.header.online : strings.header.offline;
}

/** Why nothing can be sent to the open conversation; null when it can. */
export function cannotSendReason(chat: Chat): string | null {
  if (isBlockedConversation(chat.blocked, chat.open)) return strings.notices.isBlocked(chat.open.slice(1));
  const person = chat.open.startsWith('@') ? personOf(chat, chat.open.slice(1)) : undefined;
  return person?.changedTo != null ? strings.notices.changedKey(person.name) : null;
}

/** Why no conversation of this name can be opened; null when it can. */
export function unknownReason(chat: Chat, name: ConversationName): string | null {
  const thread = chat.threads[name];
  if (name.startsWith('#')) return thread === undefined ? strings.notices.unknownRoom(name) : null;
  const isThere = thread !== undefined && !isVacant(chat, thread);
  return isThere || personOf(chat, name.slice(1)) !== undefined ? null : strings.notices.unknownPerson(name.slice(1));
}

/** Whether the conversation is with a name that nobody has, and holds nothing any more. */
function isVacant({ people }: Pick<Chat, 'people'>, { name, loaded, head, messages, draft }: Thread): boolean {
  if (name.startsWith('#') || personOf({ people }, name.slice(1)) !== undefined) return false;
  return loaded === 'yes' && head === 0 && messages.length === 0 && textOf(draft) === '';
}

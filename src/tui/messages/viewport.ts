/** The window over a conversation: only visible messages are wrapped, however long the conversation is. */
import type { Gap, Message } from '../../client/types.ts';
import { answered } from '../state/message-list.ts';
import type { Anchor, Thread } from '../state/state.ts';
import { type Item, isRun, itemIndex, itemsOf, keyOfItem, lastOf } from './folding.ts';
import { gapRow, type Look, type Row, rowsOf, runRows, withHead } from './rows.ts';

/** The part of a thread that the window depends on; not the draft. */
export type Scroll = Pick<Thread, 'messages' | 'gaps' | 'anchor' | 'newAfter' | 'more' | 'unfolded'>;

const none: readonly Gap[] = [];

export type View = {
  /** Rows from top to bottom, at most the height, each with the key of its message. */
  rows: readonly { row: Row; key: string }[];
  /** No loaded message is above. */
  top: boolean;
  /** Loaded messages and runs above the window; when few are left, older ones are fetched. */
  above: number;
};

/** The last row of a window that is scrolled up says so. */
function roomIn({ anchor }: Pick<Scroll, 'anchor'>, height: number): number {
  return anchor === null ? height : height - 1;
}

/** The rows of a window of `height`, from its lower edge upwards. The first row always shows time and name. */
export function viewOf(thread: Scroll, look: Look, height: number): View {
  const room = roomIn(thread, height);
  const rows: { row: Row; key: string }[] = [];
  const items = itemsOf(thread, look.blocked);
  let index = anchorIndex(thread, items);
  let hidden = thread.anchor?.below ?? 0;
  for (; index >= 0 && rows.length < room; index--) {
    const block = blockOf(thread, items, index, look);
    const key = keyOfItem(items[index] as Item);
    for (let i = block.length - 1 - hidden; i >= 0 && rows.length < room; i--) rows.push({ row: block[i] as Row, key });
    hidden = 0;
  }
  const [first, item] = [rows.at(-1), items[index + 1]];
  if (first?.row.continues && item !== undefined && !isRun(item)) first.row = withHead(first.row, item, look);
  // At the very top the first row is on the first line: nothing is filled up from below.
  return { rows: rows.reverse(), top: index < 0, above: index + 1 };
}

/**
 * The anchor after scrolling by `by` rows, negative towards the oldest; null when the newest is reached. Scrolling up stops when
 * the oldest loaded row is at the top, below the row that marks the beginning. While older messages can be fetched, the window
 * leaves the newest even if all rows fit.
 */
export function scrolled(thread: Scroll, look: Look, height: number, by: number): Anchor | null {
  const items = itemsOf(thread, look.blocked);
  let index = anchorIndex(thread, items);
  let below = thread.anchor?.below ?? 0;
  const sizeAt = (i: number) => blockOf(thread, items, i, look).length;
  if (by < 0) {
    const rows = rowsUpTo(sizeAt, index, -by + height + below) - below + (thread.more ? 0 : 1);
    const isWhole = thread.anchor === null && rows <= height;
    const room = isWhole ? 0 : Math.max(0, rows - (height - 1));
    below += Math.min(-by, room);
    while (index > 0 && below >= sizeAt(index)) {
      below -= sizeAt(index);
      index--;
    }
  } else {
    below -= by;
    while (below < 0 && index < items.length - 1) {
      index++;
      below += sizeAt(index);
    }
  }
  if (index >= items.length - 1 && below <= 0 && (by > 0 || !thread.more)) return null;
  const item = items[index];
  return item ? { key: keyOfItem(item), below: Math.max(0, below) } : null;
}

/** The anchor that shows the message `key` in the middle, by its row with the search words; null when it is among the newest. */
export function anchorAt(thread: Scroll, look: Look, height: number, key: string): Anchor | null {
  const items = itemsOf(thread, look.blocked);
  const index = itemIndex(items, thread.messages, key);
  if (index < 0) return thread.anchor;
  const block = blockOf(thread, items, index, look);
  const row = block.findIndex(({ spans }) => spans.some(({ role }) => role === 'selected'));
  const at: Scroll = { ...thread, anchor: { key, below: row < 0 ? 0 : block.length - 1 - row } };
  return scrolled(at, look, height, Math.floor(height / 2));
}

/** The anchor with the line "new" in the first row; null when everything from there on fits the window. */
export function newAtTop(thread: Scroll, look: Look, height: number): Anchor | null {
  const items = itemsOf(thread, look.blocked);
  let index = items.length - 1;
  while (index >= 0 && !isFirstNew(thread, items, index, look.me)) index--;
  if (index < 0) return null;
  let rows = 0;
  for (let i = index; i < items.length; i++) {
    rows += blockOf(thread, items, i, look).length;
    if (rows > height) return anchorFrom(thread, items, index, look, height - 1);
  }
  return null;
}

/** The anchor of a window of `height` that starts with the item `from`. */
function anchorFrom(thread: Scroll, items: readonly Item[], from: number, look: Look, height: number): Anchor | null {
  let rows = 0;
  for (let i = from; i < items.length; i++) {
    rows += blockOf(thread, items, i, look).length;
    if (rows >= height) return { key: keyOfItem(items[i] as Item), below: rows - height };
  }
  return null;
}

/** The key of the item that shows the message `key`: itself or its run; null when none does. */
export function shownKey(thread: Scroll, { blocked }: Pick<Look, 'blocked'>, key: string): string | null {
  const items = itemsOf(thread, blocked);
  const item = items[itemIndex(items, thread.messages, key)];
  return item === undefined ? null : keyOfItem(item);
}

/** The key of the item `by` after the one that shows `key`; null at the ends. */
export function neighbour(thread: Scroll, { blocked }: Pick<Look, 'blocked'>, key: string, by: -1 | 1) {
  const items = itemsOf(thread, blocked);
  const at = itemIndex(items, thread.messages, key);
  const item = at < 0 ? undefined : items[at + by];
  return item === undefined ? null : keyOfItem(item);
}

/** Counts the rows of the items up to `index`, no further than `enough`. */
function rowsUpTo(sizeAt: (index: number) => number, index: number, enough: number): number {
  let rows = 0;
  for (let i = index; i >= 0; i--) {
    rows += sizeAt(i);
    if (rows > enough) break;
  }
  return rows;
}

function anchorIndex({ anchor, messages }: Scroll, items: readonly Item[]): number {
  const index = anchor === null ? -1 : itemIndex(items, messages, anchor.key);
  return index < 0 ? items.length - 1 : index;
}

/** Whether the line "new" is drawn above the item: above the first visible message of another person after the read position. */
function isFirstNew({ newAfter, more }: Scroll, items: readonly Item[], index: number, me: string): boolean {
  const item = items[index];
  if (newAfter === null || item === undefined || isRun(item)) return false;
  if (item.seq === null || item.seq <= newAfter || item.from === me) return false;
  const seqAt = (i: number) => lastOf(items[i] as Item).seq ?? 0;
  const isNews = (other: Item) => !isRun(other) && other.from !== me;
  let before = index - 1;
  while (before >= 0 && !isNews(items[before] as Item) && seqAt(before) > newAfter) before--;
  return before < 0 ? !more : seqAt(before) <= newAfter;
}

function blockOf(thread: Scroll, items: readonly Item[], index: number, look: Look): readonly Row[] {
  const rows = itemRows(thread, items, index, look);
  if (thread.gaps.length === 0) return rows;
  const { seq } = lastOf(items[index] as Item);
  const next = items[index + 1];
  // Messages without a place come after all others.
  const isLast = seq !== null && (next === undefined || lastOf(next).seq === null);
  if (!isLast) return rows;
  const after = gapsBetween(thread.gaps, seq, Number.POSITIVE_INFINITY, look.blocked);
  return after.length === 0 ? rows : [...rows, ...after.map((gap) => gapRow(gap, look))];
}

function itemRows(thread: Scroll, items: readonly Item[], index: number, look: Look): readonly Row[] {
  const item = items[index] as Item;
  const before = items[index - 1];
  const previous = before === undefined ? null : lastOf(before);
  const gaps = thread.gaps.length === 0 ? none : gapsBefore(thread.gaps, lastOf(item), previous, look.blocked);
  if (isRun(item)) return runRows(item, { previous, gaps }, look);
  const { body } = item;
  const quoted = body.kind === 'reply' ? (answered(thread.messages, body.to) ?? null) : null;
  return rowsOf(item, { previous, firstNew: isFirstNew(thread, items, index, look.me), gaps, quoted }, look);
}

type FoundGaps = { all: readonly Gap[]; blocked: ReadonlySet<string>; from: number; found: readonly Gap[] };
const gapCache = new WeakMap<Message, FoundGaps>();

/** Cached per message, so that the cache of rows gets the same list again. Gaps of blocked people are left out. */
function gapsBefore(
  all: readonly Gap[],
  message: Message,
  previous: Message | null,
  blocked: ReadonlySet<string>,
): readonly Gap[] {
  if (message.seq === null) return none;
  const from = previous?.seq ?? Number.NEGATIVE_INFINITY;
  const cached = gapCache.get(message);
  if (cached?.all === all && cached.blocked === blocked && cached.from === from) return cached.found;
  const found = gapsBetween(all, from, message.seq, blocked);
  gapCache.set(message, { all, blocked, from, found });
  return found;
}

/** The gaps after seq `from`, up to `to`, each sentence once. */
function gapsBetween(all: readonly Gap[], from: number, to: number, blocked: ReadonlySet<string>): readonly Gap[] {
  const some = all.filter((gap) => gap.before > from && gap.before <= to && !blocked.has(gap.from));
  return some.length === 0 ? none : [...new Map(some.map((gap) => [`${gap.reason}/${gap.from}`, gap])).values()];
}

/** The window over a conversation: only what is seen is wrapped, however long the conversation is. */
import type { Gap, Message } from './client/types.ts';
import { hasKey, keyOf } from './messages.ts';
import { type Look, type Row, rowsOf } from './rows.ts';
import type { Anchor, Thread } from './state.ts';

/** What of a thread the window depends on: not the draft. */
export type Scroll = Pick<Thread, 'messages' | 'gaps' | 'anchor' | 'newAfter' | 'more'>;

const none: readonly Gap[] = [];

export type View = {
  /** At most the height, top to bottom, with the message that each belongs to. */
  rows: readonly { row: Row; key: string }[];
  /** Nothing held is above. */
  top: boolean;
  /** Held messages above the upper edge: few of them is a reason to fetch more. */
  above: number;
};

/** The rows that a window of `height` shows, from its lower edge upwards. */
export function viewOf(thread: Scroll, look: Look, height: number): View {
  const rows: { row: Row; key: string }[] = [];
  let index = anchorIndex(thread);
  let hidden = thread.anchor?.below ?? 0;
  for (; index >= 0 && rows.length < height; index--) {
    const message = thread.messages[index] as Message;
    const block = rowsOf(message, placeOf(thread, index, look.me), look);
    const key = keyOf(message);
    for (let i = block.length - 1 - hidden; i >= 0 && rows.length < height; i--)
      rows.push({ row: block[i] as Row, key });
    hidden = 0;
  }
  // A window that was scrolled to the very top shows the first row on its first line: nothing to fill up from below.
  return { rows: rows.reverse(), top: index < 0, above: index + 1 };
}

/**
 * The anchor after scrolling by `by` rows: negative is towards the oldest. null when the newest is reached. Scrolling up stops
 * when the oldest held row is at the top.
 */
export function scrolled(thread: Scroll, look: Look, height: number, by: number): Anchor | null {
  let index = anchorIndex(thread);
  let below = thread.anchor?.below ?? 0;
  const sizeAt = (i: number) => rowsOf(thread.messages[i] as Message, placeOf(thread, i, look.me), look).length;
  if (by < 0) {
    const room = Math.max(0, rowsUpTo(thread, look, index, -by + height + below) - below - height);
    below += Math.min(-by, room);
    while (index > 0 && below >= sizeAt(index)) {
      below -= sizeAt(index);
      index--;
    }
  } else {
    below -= by;
    while (below < 0 && index < thread.messages.length - 1) {
      index++;
      below += sizeAt(index);
    }
  }
  if (index >= thread.messages.length - 1 && below <= 0) return null;
  const message = thread.messages[index];
  return message ? { key: keyOf(message), below: Math.max(0, below) } : null;
}

/** The anchor that shows `key` in the middle of the window; null when it is among the newest anyway. */
export function anchorAt(thread: Scroll, look: Look, height: number, key: string): Anchor | null {
  const index = thread.messages.findIndex((message) => hasKey(message, key));
  if (index < 0) return thread.anchor;
  const at: Scroll = { ...thread, anchor: { key, below: 0 } };
  return scrolled(at, look, height, Math.floor(height / 2));
}

/** Rows of the messages up to `index`, counted no further than `enough`. */
function rowsUpTo(thread: Scroll, look: Look, index: number, enough: number): number {
  let rows = 0;
  for (let i = index; i >= 0; i--) {
    rows += rowsOf(thread.messages[i] as Message, placeOf(thread, i, look.me), look).length;
    if (rows > enough) break;
  }
  return rows;
}

function anchorIndex(thread: Scroll): number {
  const { anchor, messages } = thread;
  if (anchor === null) return messages.length - 1;
  const index = messages.findLastIndex((message) => hasKey(message, anchor.key));
  return index < 0 ? messages.length - 1 : index;
}

/** What one wrote oneself is not new: the line stands before the first message of another after the mark. */
function isFirstNew({ messages, newAfter, more }: Scroll, index: number, me: string): boolean {
  const message = messages[index];
  const seq = message?.seq ?? null;
  if (newAfter === null || seq === null || seq <= newAfter || message?.from === me) return false;
  let before = index - 1;
  while (before >= 0 && messages[before]?.from === me && (messages[before]?.seq ?? 0) > newAfter) before--;
  return before < 0 ? !more : (messages[before]?.seq ?? 0) <= newAfter;
}

function placeOf(thread: Scroll, index: number, me: string) {
  const message = thread.messages[index] as Message;
  const previous = thread.messages[index - 1] ?? null;
  const firstNew = isFirstNew(thread, index, me);
  const gaps = thread.gaps.length === 0 ? none : gapsBefore(thread.gaps, message, previous);
  const { body } = message;
  const quoted = body.kind === 'reply' ? (thread.messages.findLast((other) => other.id === body.to) ?? null) : null;
  return { previous, firstNew, gaps, quoted };
}

const gapCache = new WeakMap<Message, { all: readonly Gap[]; found: readonly Gap[] }>();

/** Kept per message, so that the rows' own cache sees the same list again. */
function gapsBefore(all: readonly Gap[], message: Message, previous: Message | null): readonly Gap[] {
  if (message.seq === null) return none;
  const cached = gapCache.get(message);
  if (cached?.all === all) return cached.found;
  const from = previous?.seq ?? Number.NEGATIVE_INFINITY;
  const to = message.seq;
  const found = all.filter((gap) => gap.before > from && gap.before <= to);
  gapCache.set(message, { all, found: found.length === 0 ? none : found });
  return found.length === 0 ? none : found;
}

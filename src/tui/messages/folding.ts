/** Folds messages of blocked people in a room: a run of one person's messages on one day is one item of the list. */
import type { Message } from '../../client/types.ts';
import { openThread } from '../state/focus.ts';
import { hasKey, keyOf } from '../state/message-list.ts';
import { isBlockedConversation } from '../state/muting.ts';
import type { Chat, Thread } from '../state/state.ts';
import { dayKey } from '../text/format.ts';

/** `count` messages from the index `start` of the conversation on. */
export type Run = { from: string; start: number; count: number; first: Message; last: Message };
export type Item = Message | Run;
type Foldable = Pick<Thread, 'messages' | 'unfolded'>;

type Folded = { blocked: ReadonlySet<string>; unfolded: Thread['unfolded']; items: readonly Item[] };
const foldCache = new WeakMap<readonly Message[], Folded>();

/**
 * The items that are drawn. Cached for each list of messages, so that a frame costs only what is visible. Returns the same list
 * when nothing is folded.
 */
export function itemsOf({ messages, unfolded }: Foldable, blocked: ReadonlySet<string>): readonly Item[] {
  if (blocked.size === 0) return messages;
  const known = foldCache.get(messages);
  if (known?.blocked === blocked && known.unfolded === unfolded) return known.items;
  const items = fold(messages, unfolded, blocked);
  foldCache.set(messages, { blocked, unfolded, items });
  return items;
}

export function isRun(item: Item): item is Run {
  return 'count' in item;
}

export function lastOf(item: Item): Message {
  return isRun(item) ? item.last : item;
}

export function keyOfItem(item: Item): string {
  return keyOf(lastOf(item));
}

/** The index of the item that is or contains the message `key`; -1 when there is none. */
export function itemIndex(items: readonly Item[], messages: readonly Message[], key: string): number {
  return items.findLastIndex((item) => (isRun(item) ? holds(item, messages, key) : hasKey(item, key)));
}

/** Whether the message is hidden: its author or the person of its conversation is blocked, and it was not unfolded. */
export function isFolded(message: Message, unfolded: Thread['unfolded'], blocked: ReadonlySet<string>): boolean {
  if (isBlockedConversation(blocked, message.conversation)) return true;
  if (!blocked.has(message.from)) return false;
  const { from, seq } = message;
  return seq === null || !unfolded.some((run) => run.from === from && run.first <= seq && seq <= run.last);
}

/** The selected run of the open conversation; null when none is selected. */
export function selectedRun(chat: Chat): Run | null {
  const thread = openThread(chat);
  if (thread.selected === null) return null;
  const items = itemsOf(thread, chat.blocked);
  const item = items[itemIndex(items, thread.messages, thread.selected)];
  return item !== undefined && isRun(item) ? item : null;
}

/** The visible messages of the open conversation, oldest first. */
export function shownMessages(chat: Chat): readonly Message[] {
  const { messages, unfolded } = openThread(chat);
  return chat.blocked.size === 0 ? messages : messages.filter((one) => !isFolded(one, unfolded, chat.blocked));
}

function fold(messages: readonly Message[], unfolded: Thread['unfolded'], blocked: ReadonlySet<string>) {
  const conversation = messages[0]?.conversation;
  if (conversation !== undefined && isBlockedConversation(blocked, conversation)) return [];
  const items: Item[] = [];
  let run: Run | null = null;
  let folded = false;
  messages.forEach((message, start) => {
    if (!isFolded(message, unfolded, blocked)) {
      run = null;
      items.push(message);
    } else if (run?.from === message.from && dayKey(run.last.at) === dayKey(message.at)) {
      run.count++;
      run.last = message;
    } else {
      folded = true;
      run = { from: message.from, start, count: 1, first: message, last: message };
      items.push(run);
    }
  });
  return folded ? items : messages;
}

function holds({ start, count }: Run, messages: readonly Message[], key: string): boolean {
  for (let i = start + count - 1; i >= start; i--) if (hasKey(messages[i] as Message, key)) return true;
  return false;
}

/** How far a conversation was read, and what comes after. Pure. */
import type { Message } from '../../client/types.ts';
import { hasKey } from './message-list.ts';
import { isBlockedConversation } from './muting.ts';
import type { Chat, Thread } from './state.ts';

/** Read positions are sent at most this often. ms. */
export const READ_EVERY = 400;

/** The index of the last message whose end is in the window. */
function endOf({ anchor, messages }: Pick<Thread, 'anchor' | 'messages'>): number {
  const at = anchor === null ? -1 : messages.findLastIndex((message) => hasKey(message, anchor.key));
  return at < 0 ? messages.length - 1 : anchor !== null && anchor.below > 0 ? at - 1 : at;
}

/** The seq of the last message whose end is in the window; 0 when there is none. */
export function lastSeenSeq(thread: Pick<Thread, 'anchor' | 'messages'>): number {
  const { messages } = thread;
  for (let i = endOf(thread); i >= 0; i--) {
    const seq = messages[i]?.seq ?? null;
    if (seq !== null) return seq;
  }
  return 0;
}

/** Counts messages of others below the window, with or without a place. */
export function othersBelow(
  thread: Pick<Thread, 'anchor' | 'messages'>,
  { me, blocked }: { me: string; blocked: ReadonlySet<string> },
): number {
  const { messages } = thread;
  const end = endOf(thread);
  let count = 0;
  for (let i = messages.length - 1; i > end; i--) {
    const { from } = messages[i] as Message;
    if (from !== me && !blocked.has(from)) count++;
  }
  return count;
}

/** Counts loaded messages of others after `seq`, without those of blocked people. */
export function countAfter(
  { name, messages }: Thread,
  seq: number,
  { me, blocked }: Pick<Chat, 'me' | 'blocked'>,
): number {
  if (isBlockedConversation(blocked, name)) return 0;
  let count = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i];
    if (message === undefined || message.seq === null) continue;
    if (message.seq <= seq) break;
    if (message.from !== me.name && !blocked.has(message.from)) count++;
  }
  return count;
}

/** Whether all unread messages are loaded. */
export function isUnreadLoaded({ newAfter, messages, more }: Pick<Thread, 'newAfter' | 'messages' | 'more'>): boolean {
  return !more || newAfter === null || (messages[0]?.seq ?? Number.POSITIVE_INFINITY) <= newAfter;
}

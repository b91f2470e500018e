/** What the screen shows and rings for, with muted conversations and blocked people. */
import type { ConversationName, FileInfo, Message } from '../../client/types.ts';
import { mentions } from '../text/mentions.ts';
import type { Chat, Thread } from './state.ts';

type Muting = Pick<Chat, 'muted' | 'blocked'>;

/** Whether `name` is the private conversation with a blocked person, of which nothing is shown. */
export function isBlockedConversation(blocked: ReadonlySet<string>, name: ConversationName): boolean {
  return blocked.size > 0 && name.startsWith('@') && blocked.has(name.slice(1));
}

/**
 * Whether another person's message rings or notifies: in a muted room only when it names me, and never when its author is
 * blocked.
 */
export function isNotified({ muted, blocked, me }: Muting & { me: { name: string } }, message: Message): boolean {
  if (blocked.has(message.from)) return false;
  return !muted.has(message.conversation) || mentions(message, me.name);
}

/** All files but those of blocked people. */
export function shownFiles({ blocked, files }: Pick<Chat, 'blocked' | 'files'>): FileInfo[] {
  const all = Object.values(files);
  return blocked.size === 0 ? all : all.filter((file) => !blocked.has(file.from));
}

/** The unread count without messages of blocked people, as far as they are loaded: a room that was never opened counts all. */
export function unreadOf({ blocked }: Pick<Chat, 'blocked'>, thread: Thread): number {
  if (thread.unread === 0 || isBlockedConversation(blocked, thread.name)) return 0;
  if (blocked.size === 0) return thread.unread;
  return Math.max(0, thread.unread - hiddenUnread(blocked, thread));
}

/** Computed after every key: cached until the messages, the blocked people or the read position change. */
const counted = new WeakMap<readonly Message[], { blocked: ReadonlySet<string>; read: number; count: number }>();

function hiddenUnread(blocked: ReadonlySet<string>, { messages, read }: Thread): number {
  const known = counted.get(messages);
  if (known?.blocked === blocked && known.read === read) return known.count;
  let count = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const { seq, from } = messages[i] as Message;
    // Messages without a place come last, and the daemon's count does not include them.
    if (seq === null) continue;
    if (seq <= read) break;
    if (blocked.has(from)) count++;
  }
  counted.set(messages, { blocked, read, count });
  return count;
}

/** What is kept quiet on this device, for this account: conversations that are muted, and people who are blocked. */
import type { ConversationName, FileInfo, Message } from '../../client/types.ts';
import { mentions } from '../text/mentions.ts';
import type { Chat, Thread } from './state.ts';

type Muting = Pick<Chat, 'muted' | 'blocked'>;

/** A private conversation with somebody who is blocked: nothing of it is shown. */
export function isBlockedConversation(blocked: ReadonlySet<string>, name: ConversationName): boolean {
  return blocked.size > 0 && name.startsWith('@') && blocked.has(name.slice(1));
}

/** Is a message of another worth a bell or a word? In a muted room only when it names me, never when its author is blocked. */
export function isNotified({ muted, blocked, me }: Muting & { me: { name: string } }, message: Message): boolean {
  if (blocked.has(message.from)) return false;
  return !muted.has(message.conversation) || mentions(message, me.name);
}

/** The files that may be named: those of blocked people are not. */
export function shownFiles({ blocked, files }: Pick<Chat, 'blocked' | 'files'>): FileInfo[] {
  const all = Object.values(files);
  return blocked.size === 0 ? all : all.filter((file) => !blocked.has(file.from));
}

/**
 * What is unread without what blocked people said, as far as it is held: a room that was never opened counts all until then.
 */
export function unreadOf({ blocked }: Pick<Chat, 'blocked'>, thread: Thread): number {
  if (thread.unread === 0 || isBlockedConversation(blocked, thread.name)) return 0;
  if (blocked.size === 0) return thread.unread;
  return Math.max(0, thread.unread - hiddenUnread(blocked, thread));
}

/** Asked for after every key: kept as long as nothing that it depends on changed. */
const counted = new WeakMap<readonly Message[], { blocked: ReadonlySet<string>; read: number; count: number }>();

function hiddenUnread(blocked: ReadonlySet<string>, { messages, read }: Thread): number {
  const known = counted.get(messages);
  if (known?.blocked === blocked && known.read === read) return known.count;
  let count = 0;
  for (let i = messages.length - 1; i >= 0; i--) {
    const { seq, from } = messages[i] as Message;
    // Those without a place come last; the daemon's count does not have them.
    if (seq === null) continue;
    if (seq <= read) break;
    if (blocked.has(from)) count++;
  }
  counted.set(messages, { blocked, read, count });
  return count;
}

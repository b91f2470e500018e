/** Muting and blocking, and unfolding what a blocked person wrote. */

import type { ConversationName } from '../../client/types.ts';
import { isBlockedConversation } from '../state/muting.ts';
import { restoreDraft } from '../state/stashed-draft.ts';
import type { Chat, Thread, Unfolded } from '../state/state.ts';
import { mentionAt } from '../text/mentions.ts';

export function mute(chat: Chat, conversation: ConversationName, on: boolean): Chat {
  return chat.muted.has(conversation) === on ? chat : { ...chat, muted: changed(chat.muted, conversation, on) };
}

/** Hides what the person wrote; with `on` false shows it again. Nothing is deleted. */
export function block(chat: Chat, name: string, on: boolean): Chat {
  if (chat.blocked.has(name) === on) return chat;
  const blocked = changed(chat.blocked, name, on);
  const threads = Object.fromEntries(
    Object.entries(chat.threads).map(([key, thread]) => [
      key,
      withoutPerson(thread, name, { blocked, me: chat.me.name }),
    ]),
  );
  return { ...chat, blocked, threads };
}

export function unfold(thread: Thread, run: Unfolded): Thread {
  return { ...thread, unfolded: [...thread.unfolded, run] };
}

function withoutPerson(
  thread: Thread,
  name: string,
  { blocked, me }: { blocked: ReadonlySet<string>; me: string },
): Thread {
  const shut = isBlockedConversation(blocked, thread.name);
  const gone = thread.about !== null && (shut || blocked.has(thread.about.message.from));
  return {
    ...(gone ? restoreDraft(thread) : thread),
    unfolded: thread.unfolded.filter(({ from }) => from !== name),
    mentionAt: mentionAt(thread.messages, me, { known: 0, blocked }),
    ...(shut && { anchor: null, below: 0, selected: null }),
  };
}

function changed<T>(names: ReadonlySet<T>, name: T, on: boolean): ReadonlySet<T> {
  const next = new Set(names);
  if (on) next.add(name);
  else next.delete(name);
  return next;
}

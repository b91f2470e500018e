/** What is held of a conversation, and what is to be fetched for it. */
import type { Message } from '../../client/types.ts';
import { chatOf, openThread, withChat, withThread } from '../state/focus.ts';
import { hasKey, MAX_LOADED } from '../state/message-list.ts';
import type { State, Thread } from '../state/state.ts';
import { strings } from '../text/strings.ts';

/**
 * What is held has an end: MAX_HELD messages, the newest of them; and around the window, where it is scrolled up, twice as many.
 * What is let go at one end makes room for a while, and is fetched again.
 */
export function trimmed(thread: Thread, isOpen: boolean): Thread {
  const { messages, anchor } = thread;
  // Nobody looks at what is above a hole.
  if (thread.cut && !isOpen) return unloaded(thread);
  const isUp = isOpen && anchor !== null;
  const most = isUp ? 2 * MAX_LOADED : MAX_LOADED;
  if (messages.length <= most) return thread;
  const kept = most - most / 4;
  const window = isUp ? indexOf(messages, anchor.key) : -1;
  const last = messages.length - kept;
  const start = window < 0 ? last : Math.max(0, Math.min(window - kept / 2, last));
  const next = { ...thread, messages: messages.slice(start, start + kept), cut: start < last };
  return start === 0 ? next : withoutOldest(next);
}

/** What was asked for goes on before messages that are no longer held. */
function withoutOldest(thread: Thread): Thread {
  const { anchor, messages, loaded } = thread;
  const isHeld = anchor !== null && indexOf(messages, anchor.key) >= 0;
  return {
    ...thread,
    more: true,
    loaded: loaded === 'loading' ? 'yes' : loaded,
    generation: thread.generation + 1,
    ...(!isHeld && { anchor: null, below: 0 }),
  };
}

/** Of `news` what belongs to what is held: all of it, unless newer ones were let go. */
export function fitting({ cut, messages }: Thread, news: readonly Message[]): readonly Message[] {
  if (!cut) return news;
  const last = messages.at(-1)?.seq ?? 0;
  return news.filter(({ seq }) => seq !== null && seq <= last);
}

/** The newest are wanted again: where they were let go, the conversation is read anew. */
export function reloadNewest(state: State): State {
  const chat = chatOf(state);
  const thread = chat === null ? null : openThread(chat);
  if (thread === null || !thread.cut || thread.anchor !== null) return state;
  const notice = { text: strings.notices.newestAgain, tone: 'info' } as const;
  return withChat({ ...state, notice }, (before) => withThread(before, unloaded(thread)));
}

/** The same conversation, to be loaded again: what is held of it, and what was asked for, no longer fits. */
export function unloaded(thread: Thread): Thread {
  return {
    ...thread,
    messages: [],
    gaps: [],
    loaded: 'no',
    generation: thread.generation + 1,
    more: false,
    cut: false,
    anchor: null,
    below: 0,
    locatingUnread: false,
    newAfter: null,
    selected: null,
  };
}

/** What could not be fetched is fetched when it is looked at. */
export function retriable(thread: Thread): Thread {
  return thread.loaded === 'failed' ? { ...thread, loaded: thread.messages.length > 0 ? 'yes' : 'no' } : thread;
}

function indexOf(messages: readonly Message[], key: string): number {
  return messages.findLastIndex((message) => hasKey(message, key));
}

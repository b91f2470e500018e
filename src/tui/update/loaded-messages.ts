/** The messages of a conversation in memory, and which are to be fetched. */
import type { Message } from '../../client/types.ts';
import { chatOf, openThread, withChat, withThread } from '../state/focus.ts';
import { hasKey, MAX_LOADED } from '../state/message-list.ts';
import type { State, Thread } from '../state/state.ts';
import { strings } from '../text/strings.ts';

/**
 * Limits the loaded messages to the newest MAX_LOADED, or twice as many around the window when it is scrolled up. What is
 * unloaded at one end is fetched again when needed.
 */
export function trimmed(thread: Thread, isOpen: boolean): Thread {
  const { messages, anchor } = thread;
  // A list with a gap at its end is of use only in the open conversation.
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

/** A history request that is under way no longer fits: its answer is dropped. */
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

/** The messages of `arrived` that belong to the loaded ones: all, unless newer ones were unloaded. */
export function fitting({ cut, messages }: Thread, arrived: readonly Message[]): readonly Message[] {
  if (!cut) return arrived;
  const last = messages.at(-1)?.seq ?? 0;
  return arrived.filter(({ seq }) => seq !== null && seq <= last);
}

/** Back at the newest message: a conversation whose newer messages were unloaded is loaded anew. */
export function reloadNewest(state: State): State {
  const chat = chatOf(state);
  const thread = chat === null ? null : openThread(chat);
  if (thread === null || !thread.cut || thread.anchor !== null) return state;
  const notice = { text: strings.notices.newestAgain, tone: 'info' } as const;
  return withChat({ ...state, notice }, (before) => withThread(before, unloaded(thread)));
}

/** Unloads the conversation. Answers that are under way are dropped. */
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

/** Marks history that could not be fetched to be fetched again. */
export function retriable(thread: Thread): Thread {
  return thread.loaded === 'failed' ? { ...thread, loaded: thread.messages.length > 0 ? 'yes' : 'no' } : thread;
}

function indexOf(messages: readonly Message[], key: string): number {
  return messages.findLastIndex((message) => hasKey(message, key));
}

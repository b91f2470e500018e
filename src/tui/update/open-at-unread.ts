/** A conversation with many unread messages opens at the first of them, not at the newest. */

import { newAtTop, scrolled } from '../messages/viewport.ts';
import { lookOf } from '../selectors/selectors.ts';
import { chatOf, openThread, withChat, withThread } from '../state/focus.ts';
import { countAfter, isUnreadLoaded, lastSeenSeq } from '../state/read-position.ts';
import type { State, Thread } from '../state/state.ts';
import { strings } from '../text/strings.ts';

/** Moves the window to the line "new" once all unread messages are loaded; when they fit the window, nothing moves. */
export function showUnread(state: State): State {
  const chat = chatOf(state);
  const thread = chat === null ? null : openThread(chat);
  if (chat === null || !thread?.locatingUnread) return state;
  if (!state.hasWindow) return withChat(state, () => withThread(chat, { ...thread, locatingUnread: false }));
  if (thread.loaded !== 'yes' || !isUnreadLoaded(thread)) return state;
  const { look, height } = lookOf(state);
  return placed(state, { ...thread, anchor: newAtTop(thread, look, height) });
}

/** The first unread message is older than what is loaded: moves the window to the oldest loaded message. */
export function showOldest(state: State, name: Thread['name']): State {
  const chat = chatOf(state);
  const thread = chat === null ? null : openThread(chat);
  if (chat === null || thread?.name !== name || !thread.locatingUnread) return state;
  const { look, height } = lookOf(state);
  const notice = { text: strings.notices.furtherBack, tone: 'info' } as const;
  return placed({ ...state, notice }, { ...thread, anchor: scrolled(thread, look, height, -1_000_000_000) });
}

function placed(state: State, thread: Thread): State {
  return withChat(state, (chat) => {
    const below = thread.anchor === null ? 0 : countAfter(thread, lastSeenSeq(thread), chat);
    return withThread(chat, { ...thread, locatingUnread: false, below });
  });
}

/** Which message a command acts on, and whether the open conversation takes what it sends. */
import type { ConversationName, Message } from '../../client/types.ts';
import { isFolded, shownMessages } from '../messages/folding.ts';
import { selectedMessage } from '../selectors/composer-target.ts';
import { cannotSendReason } from '../selectors/selectors.ts';
import { openThread } from '../state/focus.ts';
import type { Chat } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import { type Result, refused } from './dot-command.ts';

/**
 * The message selected with the arrows, else the newest message of others; with `mine`, the newest of one's own. Never one that
 * is folded or deleted. A selected message that is no longer held is not replaced by another: null.
 */
export function targetMessage(chat: Chat, mine = false): Message | null {
  const thread = openThread(chat);
  const picked = selectedMessage(thread);
  if (picked === undefined) return null;
  if (picked !== null) return picked.deleted || isFolded(picked, thread.unfolded, chat.blocked) ? null : picked;
  return (
    shownMessages(chat).findLast((message) => (message.from === chat.me.name) === mine && !message.deleted) ?? null
  );
}

/** As `targetMessage`, among one's own messages; a result when there is none. */
export function ownTarget(chat: Chat): Message | Result {
  const message = targetMessage(chat, true);
  if (message === null) return refused(strings.notices.noMessage);
  return message.from === chat.me.name ? message : refused(strings.notices.notYours);
}

/** The result when nothing can be sent to `conversation` now; null when it can. */
export function stopped(chat: Chat, conversation: ConversationName = chat.open): Result | null {
  const why = cannotSendReason({ ...chat, open: conversation });
  return why === null ? null : { kind: 'stopped', conversation, why };
}

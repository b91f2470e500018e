/** The message on the terminal after the screen closed. */
import { closedLinkError, exitStatus } from '../../client/errors.ts';
import { chatOf } from '../state/focus.ts';
import type { Chat, State } from '../state/state.ts';
import { strings } from '../text/strings.ts';

/** Why the link was closed for good, with its exit status, and how many messages are unsent; null for neither. */
export function exitMessage(state: State): { text: string; status: number } | null {
  const chat = chatOf(state);
  if (chat === null) return null;
  const error = chat.link.state === 'closed' ? closedLinkError(chat.link) : null;
  const count = waiting(chat);
  const words = [error?.message, count > 0 ? strings.unsent(count) : undefined].filter((word) => word !== undefined);
  if (words.length === 0) return null;
  return {
    text: words.map((word) => `securechat: ${word}`).join('\n'),
    status: error === null ? 0 : exitStatus[error.code],
  };
}

/** Own messages without a place come last in their conversation. */
function waiting({ threads }: Chat): number {
  let count = 0;
  for (const { messages } of Object.values(threads))
    for (let i = messages.length - 1; messages[i]?.seq === null; i--) if (messages[i]?.state === 'sending') count++;
  return count;
}

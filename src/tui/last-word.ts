/** What stands on the terminal when the screen is gone. */
import { closedBy, exitStatus } from './client/errors.ts';
import { chatOf } from './field.ts';
import type { State } from './state.ts';

/** Why the chat had ended before the person left, and the exit status for it; null: nothing was wrong. */
export function lastWord(state: State): { text: string; status: number } | null {
  const link = chatOf(state)?.link;
  const error = link?.state === 'closed' ? closedBy(link) : null;
  return error && { text: `securechat: ${error.message}`, status: exitStatus[error.code] };
}

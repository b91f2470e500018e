/** What stands on the terminal when the screen is gone. */
import { exitStatus } from './client/errors.ts';
import { chatOf } from './field.ts';
import type { State } from './state.ts';

/** Why the chat had ended before the person left, and the exit status for it; null: nothing was wrong. */
export function lastWord(state: State): { text: string; status: number } | null {
  const link = chatOf(state)?.link;
  if (link?.state !== 'closed' || link.code === undefined) return null;
  return { text: `securechat: ${link.reason}`, status: exitStatus[link.code] };
}

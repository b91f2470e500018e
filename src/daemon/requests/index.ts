/** Which handler carries out a request, and in which states of a session. One line a request, in the order of requests.ts. */
import type { RequestName } from '../../protocol/requests.ts';
import type { Handler } from '../context.ts';
import type { SessionState } from '../session.ts';

export type Row<N extends RequestName> = {
  handler: Handler<N>;
  allowed: readonly SessionState[];
  /**
   * Runs when nothing else of its session is under way, and nothing starts before it is done: for what changes the
   * session's state. All others start in the order they came, up to a limit at once.
   */
  alone?: true;
};

export const beforeLogin = ['anonymous'] as const;
export const afterLogin = ['by-key', 'by-password'] as const;
export const withPassword = ['by-password'] as const;

export const table: { [N in RequestName]?: Row<N> } = {
  // one line each: `whisper: { handler: whisper, allowed: afterLogin },`
};

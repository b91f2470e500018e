/** Questions that a person answers with yes or no. */
import type { ConversationName, Message } from '../../client/types.ts';

export type Question =
  /** `messages`: how many messages the lines need. `addressed`: the name at the start of the text. */
  | { ask: 'send'; to: ConversationName; lines: number; messages: number; hasty: boolean; addressed: string | null }
  | { ask: 'delete'; message: Message }
  | { ask: 'quit' }
  | { ask: 'close-account'; name: string; address: string; profile: string }
  /** At a login, the server's statement about the account contradicts what this profile knows. */
  | { ask: 'doubt'; statement: string; question: string };

/**
 * A yes-or-no question. `at`: since when it is on the screen, ms since 1970 UTC. `stray`: the person was typing
 * something else, so an answer is ignored for a moment.
 */
export type Asked = { at: number; stray: boolean };

/** From the letters in the composer to the sign that the other side sees, and from their sign to its end. */

import type { Client, ConversationName } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { textOf } from '../state/editor.ts';
import { chatOf, openThread } from '../state/focus.ts';
import { isBlockedConversation } from '../state/muting.ts';
import type { Chat, State } from '../state/state.ts';
import type { Store } from '../update/state-store.ts';

export class OwnTyping {
  readonly #client: Pick<Client, 'typing'>;
  readonly #store: Store;
  readonly #clock: Clock;
  #before: { name: ConversationName; text: string } | null = null;
  #cancel: (() => void) | null = null;

  constructor(parts: { client: Pick<Client, 'typing'>; store: Store; clock: Clock }) {
    this.#client = parts.client;
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** After each change of the state. */
  follow(state: State, chat: Chat): void {
    const { name, draft, hasty } = openThread(chat);
    const text = textOf(draft);
    const before = this.#before;
    this.#before = { name, text };
    // Only what was typed just now, here: a draft that is recalled or kept is no writing.
    const isTyped = before !== null && before.name === name && before.text !== text && chat.typedAt === state.now;
    // Letters that were meant for another conversation are not told here, as they are not sent without a question.
    const isTellable =
      state.settings.typing && !hasty && !isBlockedConversation(chat.blocked, name) && isPrivateLine(name, text);
    if (isTyped && isTellable) this.#client.typing(name);
    this.#expireOthers(chat);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** The soonest sign of theirs that is not renewed goes by itself. */
  #expireOthers(chat: Chat): void {
    if (this.#cancel !== null || chat.typing.size === 0) return;
    const wait = Math.max(1, Math.min(...chat.typing.values()) - this.#clock.now());
    this.#cancel = this.#clock.after(wait, () => {
      this.#cancel = null;
      this.#store.dispatch({ type: 'tick' });
      const now = chatOf(this.#store.get());
      if (now !== null) this.#expireOthers(now);
    });
  }
}

/** Text for one person: no command, and no line that goes to somebody else. */
function isPrivateLine(name: ConversationName, text: string): boolean {
  return name.startsWith('@') && text.trim() !== '' && !/^[./@]/.test(text);
}

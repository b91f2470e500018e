/** Sends typing events for the composer, and ends the display of other people's. */

import type { Client } from '../../client/api/client-api.ts';
import type { ConversationName } from '../../client/types.ts';
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
    // Only text that was just typed here counts, not a draft that was recalled or restored.
    const isTyped = before !== null && before.name === name && before.text !== text && chat.typedAt === state.now;
    // Text that may be meant for another conversation is not announced here.
    const isTellable =
      state.settings.typing && !hasty && !isBlockedConversation(chat.blocked, name) && isPrivateLine(name, text);
    if (isTyped && isTellable) this.#client.typing(name);
    this.#expireOthers(chat);
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Removes the typing state that expires first, when no new event renewed it. */
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

/** Whether the line is text for the person of this conversation: no command and no line to another person. */
function isPrivateLine(name: ConversationName, text: string): boolean {
  return name.startsWith('@') && text.trim() !== '' && !/^[./@]/.test(text);
}

/** Finds the conversation to write to by its name; asks the daemon about people whom this profile has not met. */

import type { Connection } from '../connection/connection.ts';
import { repeatOnReconnect } from '../connection/repeat-on-reconnect.ts';
import { ClientError, throwClientError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type ConversationRef, unresolvedRef } from '../notes/conversation-ref.ts';
import type { ConversationName } from '../types.ts';

type LookupContext = { keyring: Keyring; connection: Pick<Connection, 'online'> };
/** The part of Conversations that is used. `named` @throws ClientError 'unreachable' when the daemon must be asked and there is no link */
type NamedConversations = { named(name: ConversationName): Promise<ConversationRef> };

export class RecipientLookup {
  readonly #context: LookupContext;
  readonly #conversations: NamedConversations;

  constructor(linked: LookupContext, known: NamedConversations) {
    this.#context = linked;
    this.#conversations = known;
  }

  /** Waits for the link if the daemon must be asked. @throws ClientError 'usage' | 'refused' */
  conversation(name: ConversationName): Promise<ConversationRef> {
    return repeatOnReconnect(
      () => this.#context.connection.online(),
      () => this.#conversations.named(name),
    );
  }

  /** As `named`, and checks that the person's key has not changed. @throws ClientError 'key-changed' */
  async recipient(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted(await this.conversation(to));
  }

  /** As `recipient`, without waiting: for a new name and no link, returns an `unresolvedRef`. @throws ClientError 'key-changed' */
  async recipientOrUnresolved(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted((await this.#withoutWaiting(to)) ?? unresolvedRef(to.slice(1)));
  }

  /** Call before sending a file: fetches the person's card. @throws ClientError 'key-changed' | 'refused' when nothing can be sealed to it */
  async checkKey(ref: ConversationRef): Promise<void> {
    const { keyring } = this.#context;
    if (ref.kind === 'private' && ref.with !== keyring.me.name) await keyring.recipientCard(ref.with);
  }

  async #withoutWaiting(name: ConversationName): Promise<ConversationRef | null> {
    try {
      return await this.#conversations.named(name);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'unreachable') return null;
      throw error;
    }
  }

  async #trusted(ref: ConversationRef): Promise<ConversationRef> {
    const { keyring } = this.#context;
    if (ref.kind === 'room' || ref.with === keyring.me.name) return ref;
    const { with: name } = ref;
    // A change that is not known yet shows when the message is sealed: it is stored before the daemon is asked.
    if ((await keyring.pinned(name))?.changedTo != null) await keyring.recipientCard(name).catch(throwClientError);
    return ref;
  }
}

/** Which conversation a name means. Somebody whom this profile never met is known once the daemon was asked. */

import { askOverLinks } from '../connection/ask-over-links.ts';
import type { Connection } from '../connection/connection.ts';
import { ClientError, refusedByDaemon } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type ConversationRef, unmetRef } from '../notes/conversation-ref.ts';
import type { ConversationName } from '../types.ts';

type Linked = { keyring: Keyring; connection: Pick<Connection, 'online'> };
/** As Conversations: `place` @throws ClientError 'unreachable' where the daemon must be asked and cannot be */
type Known = { named(name: ConversationName): Promise<ConversationRef> };

export class Addressees {
  readonly #linked: Linked;
  readonly #known: Known;

  constructor(linked: Linked, known: Known) {
    this.#linked = linked;
    this.#known = known;
  }

  /** Waits for the link where the daemon must be asked. @throws ClientError 'usage' | 'refused' */
  named(name: ConversationName): Promise<ConversationRef> {
    return askOverLinks(
      () => this.#linked.connection.online(),
      () => this.#known.named(name),
    );
  }

  /** The same, for writing. @throws ClientError 'key-changed' */
  async recipient(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted(await this.named(to));
  }

  /** For the outbox: does not wait. Without a link, somebody new has a place of their own (`unmetPlace`). @throws ClientError 'key-changed' */
  async recipientOrUnmet(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted((await this.#ifReached(to)) ?? unmetRef(to.slice(1)));
  }

  /** Before a file is sent: asks for the person's card. @throws ClientError 'key-changed', 'refused' when nothing can be sealed to it */
  async checkKey(ref: ConversationRef): Promise<void> {
    const { keyring } = this.#linked;
    if (ref.kind === 'private' && ref.with !== keyring.me.name) await keyring.recipient(ref.with);
  }

  async #ifReached(name: ConversationName): Promise<ConversationRef | null> {
    try {
      return await this.#known.named(name);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'unreachable') return null;
      throw error;
    }
  }

  async #trusted(ref: ConversationRef): Promise<ConversationRef> {
    const { keyring } = this.#linked;
    if (ref.kind === 'room' || ref.with === keyring.me.name) return ref;
    const { with: name } = ref;
    // A change that is not known yet is found when it is sealed: what is typed is stored before anything is asked.
    if ((await keyring.pinned(name))?.changedTo != null) await keyring.recipient(name).catch(refusedByDaemon);
    return ref;
  }
}

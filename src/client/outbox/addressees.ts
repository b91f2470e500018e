/** Which conversation a name means. Somebody whom this profile never met is known once the daemon was asked. */

import { askOverLinks } from '../connection/ask-over-links.ts';
import { ClientError, refusedByDaemon } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type ConversationRef, unmetRef } from '../notes/private-notes.ts';
import type { ConversationName } from '../types.ts';

type Parts = {
  keyring: Keyring;
  /** Resolves when there is a link. @throws ClientError 'unreachable' when there will be none */
  online: () => Promise<void>;
  /** @throws ClientError 'unreachable' where the daemon must be asked and cannot be */
  place(name: ConversationName): Promise<ConversationRef>;
};

export class Addressees {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Waits for the link where the daemon must be asked. @throws ClientError 'usage' | 'refused' */
  place(name: ConversationName): Promise<ConversationRef> {
    return askOverLinks(this.#parts.online, () => this.#parts.place(name));
  }

  /** The same, for writing. @throws ClientError 'key-changed' */
  async recipient(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted(await this.place(to));
  }

  /** For the outbox: does not wait. Without a link, somebody new has a place of their own (`unmetPlace`). @throws ClientError 'key-changed' */
  async recipientOrUnmet(to: ConversationName): Promise<ConversationRef> {
    return this.#trusted((await this.#ifReached(to)) ?? unmetRef(to.slice(1)));
  }

  async #ifReached(name: ConversationName): Promise<ConversationRef | null> {
    try {
      return await this.#parts.place(name);
    } catch (error) {
      if (error instanceof ClientError && error.code === 'unreachable') return null;
      throw error;
    }
  }

  async #trusted(place: ConversationRef): Promise<ConversationRef> {
    const { keyring } = this.#parts;
    const { with: name } = place;
    if (name === null || name === keyring.me.name) return place;
    // A change that is not known yet is found when it is sealed: what is typed is stored before anything is asked.
    if ((await keyring.pinned(name))?.changedTo != null) await keyring.recipient(name).catch(refusedByDaemon);
    return place;
  }
}

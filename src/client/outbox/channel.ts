/** What the outbox needs of a conversation to seal items and send them to the daemon. */
import type { RefusalCode } from '../../protocol/base/errors.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { ChainPosition } from '../notes/private-notes.ts';

export interface Channel {
  readonly ref: ConversationRef;
  /** Hashes of the newest opened items of others: the next item names them as seen. */
  seen(): Promise<readonly Uint8Array[]>;
  /** @throws ClientError 'key-changed' when it was written before the other side's key changed */
  seal(item: OutboxItem, position: ChainPosition): Promise<{ bytes: Uint8Array; hash: Uint8Array }>;
  /** @returns the seq and the time (ms since 1970 UTC) that the daemon gave it. @throws Refusal, ClientError 'unreachable' */
  send(item: OutboxItem, bytes: Uint8Array): Promise<{ seq: number; at: number }>;
  /** After a refusal because this client is behind: brings the card, the epochs or the conversation up to date. */
  refresh(code: RefusalCode): Promise<void>;
  /** The entry of a placed item, as the daemon would give it to me. */
  entryOf(item: OutboxItem): Entry;
}

/** Finds the channel of a conversation. */
export interface ChannelLookup {
  of(ref: ConversationRef): Channel;
  /**
   * Finds the channel of an outbox item by its conversation's key and its recipient. The profile may not have met the recipient when
   * the item was written. null when the recipient never had that conversation. @throws ClientError when there is no such person
   */
  find(conversation: string, recipient: string): Promise<Channel | null>;
}

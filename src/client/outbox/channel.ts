/** How what waits in the outbox for one conversation becomes bytes and reaches the daemon. */
import type { RefusalCode } from '../../protocol/base/errors.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { ChainPosition } from '../notes/private-notes.ts';

export interface Channel {
  readonly ref: ConversationRef;
  /** Hashes of the newest items of others, as far as they were opened here: what the next item names as seen. */
  seen(): Promise<readonly Uint8Array[]>;
  /** @throws ClientError 'key-changed' when it was written before the other side's key changed */
  seal(item: OutboxItem, position: ChainPosition): Promise<{ bytes: Uint8Array; hash: Uint8Array }>;
  /** @returns the place that the daemon gave it, and when. @throws Refusal, ClientError 'unreachable' */
  send(item: OutboxItem, bytes: Uint8Array): Promise<{ seq: number; at: number }>;
  /** After a refusal that says that this client is behind: brings cards, epochs or the conversation up to date. */
  refresh(code: RefusalCode): Promise<void>;
  /** An item that was placed, as the daemon would give it back to me. */
  entryOf(item: OutboxItem): Entry;
}

/** Finds the channel of a conversation. */
export interface ChannelLookup {
  of(ref: ConversationRef): Channel;
  /**
   * Where an item of the outbox belongs, by its conversation's key and its recipient, whom this profile may not have met when it
   * was written. null for a conversation that the recipient never had. @throws ClientError when nobody has that name
   */
  find(conversation: string, recipient: string): Promise<Channel | null>;
}

/** What PrivateChannel and RoomChannel share. */
import { hex } from '../../protocol/base/bytes.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { Cache } from '../cache/cache.ts';
import type { Conversations } from '../conversations/conversations.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';

export type ChannelParts = {
  context: ClientContext;
  cache: Cache;
  conversations: Pick<Conversations, 'catchUp' | 'timeline'>;
};

/** Hashes of the `limit` newest items of others that were opened here. */
export async function newestSeen(
  { context, cache }: ChannelParts,
  { key }: ConversationRef,
  limit: number,
): Promise<readonly Uint8Array[]> {
  const newest = await cache.newestOfOthers(key, hex(context.keyring.me.idFp), limit);
  return newest.flatMap((entry) => entry.body?.hash ?? []);
}

/** The entry of a placed item, without its kind; `bytes` as they were sent. */
export function placedFields({ seq, placedAt, sealed }: OutboxItem, from: string): Omit<Entry, 'kind'> {
  if (seq === null || placedAt === null || sealed === null) throw new Error('the item was not placed');
  return { seq, at: placedAt, from, file: null, keys: [], bytes: sealed.bytes };
}

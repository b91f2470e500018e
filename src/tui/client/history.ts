/** Reading a conversation back: from the cache, and from the daemon where the cache ends. */
import type { Cache, CachedEntry } from './cache.ts';
import type { ChatContext } from './chat-context.ts';
import { gapsOf, type Messages } from './messages.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Timeline } from './timeline.ts';
import type { Gap, Message } from './types.ts';

const HISTORY_LIMIT = 100;

export type HistoryOptions = { before?: number | undefined; limit?: number | undefined; since?: number | undefined };

/** The newest messages that the options allow, oldest first; what waits in the outbox stands at the end. */
export async function readHistory(
  parts: { context: ChatContext; cache: Cache; messages: Messages; outbox: OutboxStore },
  timeline: Timeline,
  { before, limit = HISTORY_LIMIT, since }: HistoryOptions,
): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }> {
  const { context, cache, messages, outbox } = parts;
  const { place } = timeline;
  const end = before ?? Number.MAX_SAFE_INTEGER;
  let entries: CachedEntry[] = [];
  let more = true;
  for (;;) {
    // One more than is shown, to know whether there is more.
    entries = await cache.page(place.key, 0, end, limit + 1);
    const shown = entries.filter((entry) => entry.shown);
    const early = since !== undefined && (shown[0]?.at ?? Number.POSITIVE_INFINITY) < since;
    if (shown.length > limit || early) break;
    if (context.connection.state.state === 'online' && (await timeline.older())) continue;
    more = ((await cache.coverage(place.key))?.bottom ?? 0) > 0;
    break;
  }
  const shown = entries.filter((entry) => entry.shown && (since === undefined || entry.at >= since)).slice(-limit);
  const first = shown[0]?.seq ?? (more ? end : 0);
  const inside = entries.filter((entry) => entry.seq >= first && (since === undefined || entry.at >= since));
  const found = await messages.of(place, shown);
  if (before === undefined) {
    const known = new Set(found.map((message) => message.id));
    for (const item of await outbox.of(place.key)) {
      const message = messages.queued(place, item);
      if (message !== null && !known.has(message.id)) found.push(message);
    }
  }
  return { messages: found.slice(-limit), gaps: gapsOf(place, inside), more };
}

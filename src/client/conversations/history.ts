/** Reads a conversation's history from the cache, and from the daemon where the cache ends. */
import type { Cache, CachedEntry } from '../cache/cache.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ShownMessages } from '../messages/shown-messages.ts';
import { type ConversationRef, unresolvedRef } from '../notes/conversation-ref.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { ConversationName, Gap, Message } from '../types.ts';

const HISTORY_LIMIT = 100;
/** Pages that one call fetches at most: a long run of entries without messages is searched in several calls. */
const MAX_PAGES = 50;

export type HistoryOptions = { before?: number | undefined; limit?: number | undefined; since?: number | undefined };

type Parts = { context: ClientContext; cache: Cache; messages: ShownMessages; outbox: OutboxStore };
type Page = { messages: Message[]; gaps: Gap[]; more: boolean };

/**
 * Returns the newest messages that the options allow, oldest first; items that are still in the outbox come last.
 * @param timelines of the conversation and of those with the same person under former keys, the newest first
 */
export async function readHistory(
  parts: Parts,
  timelines: readonly Timeline[],
  { before, limit = HISTORY_LIMIT, since }: HistoryOptions,
): Promise<Page> {
  const whole: Page = { messages: [], gaps: [], more: false };
  for (const timeline of timelines) {
    const end = before === undefined ? undefined : before - timeline.ref.seqOffset;
    // All entries of this timeline come after `before`.
    if (end !== undefined && end <= 1) continue;
    const left = limit - whole.messages.length;
    if (left <= 0) return { ...whole, more: true };
    const page = await readOne(parts, timeline, { before: end, limit: left, since });
    whole.messages.unshift(...page.messages);
    whole.gaps.unshift(...page.gaps);
    whole.more = page.more;
    if (page.more) break;
  }
  return whole;
}

/** Messages that wait to be sent, or failed; they come after all messages that have a seq. */
async function readOutbox(
  { messages, outbox }: Pick<Parts, 'messages' | 'outbox'>,
  ref: ConversationRef,
  { before, limit = HISTORY_LIMIT }: HistoryOptions,
): Promise<Message[]> {
  if (before !== undefined) return [];
  return (await outbox.of(ref)).flatMap((item) => messages.queued(ref, item) ?? []).slice(-limit);
}

/** Returns the messages in the outbox to a name that does not exist. @throws `refused` when there are none */
export async function readUnresolved(
  parts: Pick<Parts, 'messages' | 'outbox'>,
  conversation: ConversationName,
  options: HistoryOptions,
  refused: unknown,
): Promise<Page> {
  const unresolved = conversation.startsWith('@') ? unresolvedRef(conversation.slice(1)) : null;
  const messages = unresolved === null ? [] : await readOutbox(parts, unresolved, options);
  if (messages.length === 0) throw refused;
  return { messages, gaps: [], more: false };
}

async function readOne(
  { context, cache, messages, outbox }: Parts,
  timeline: Timeline,
  { before, limit, since }: { before: number | undefined; limit: number; since: number | undefined },
): Promise<Page> {
  const { ref } = timeline;
  const end = before ?? Number.MAX_SAFE_INTEGER;
  let entries: CachedEntry[] = [];
  let more = true;
  for (let pages = 0; ; pages++) {
    // One more than is returned, to know whether there are more.
    entries = await cache.page(ref.key, 0, end, limit + 1);
    const shown = entries.filter((entry) => entry.shown);
    const early = since !== undefined && (shown[0]?.at ?? Number.POSITIVE_INFINITY) < since;
    if (shown.length > limit || early) break;
    if (pages < MAX_PAGES && context.connection.state.state === 'online' && (await timeline.fetchOlder())) continue;
    more = ((await cache.coverage(ref.key))?.bottom ?? 0) > 0;
    break;
  }
  const allowed = entries.filter((entry) => since === undefined || entry.at >= since);
  const shown = allowed.filter((entry) => entry.shown).slice(-limit);
  // Gaps before the first message are part of the page only when the page reaches the beginning.
  const first = more ? (shown[0]?.seq ?? end) : 0;
  const found = await messages.build(ref, shown);
  const isStored = (queued: Message) => found.some(({ author, id }) => author === queued.author && id === queued.id);
  found.push(...(await readOutbox({ messages, outbox }, ref, { before, limit })).filter((one) => !isStored(one)));
  const gaps = await messages.gaps.build(
    ref,
    allowed.filter((entry) => entry.seq >= first),
  );
  return { messages: found.slice(-limit), gaps, more };
}

/** The messages of one conversation: order and merging. Lists are never changed, only replaced. */
import type { FileInfo, Message, MessageRef } from '../../client/types.ts';

/**
 * Most messages of one conversation in memory; beyond it some are unloaded and fetched again when needed (update/loaded-
 * messages.ts).
 */
export const MAX_LOADED = 20_000;

/** How many placed messages are searched for one that arrives again without its place. */
const RECENT = 200;

/** An author's id is unique only together with the author. */
export function keyOf({ author, id }: MessageRef): string {
  return `${author}/${id}`;
}

/** The key of a file and of its transfer. Ids are unique only within one author's messages of one conversation. */
export function fileKey({ conversation, author, id }: Pick<FileInfo, 'conversation' | 'author' | 'id'>): string {
  return `${conversation}/${author}/${id}`;
}

/** `keyOf(message) === key` without building a string for each of thousands. */
export function hasKey({ author, id }: MessageRef, key: string): boolean {
  return key.length === author.length + 1 + id.length && key.endsWith(id) && key.startsWith(author);
}

/** The message that a reply is for; undefined when it is not loaded. */
export function answered(messages: readonly Message[], to: MessageRef): Message | undefined {
  return messages.findLast(({ author, id }) => id === to.id && author === to.author);
}

/**
 * Merges `arrived` into `loaded`: replaces messages that are there, inserts new ones by seq, and leaves those without a seq last in
 * the order they arrived. `arrived` usually belongs at the end, which costs one copy for all of them together.
 */
export function merge(loaded: readonly Message[], arrived: readonly Message[]): readonly Message[] {
  if (arrived.length === 0) return loaded;
  const placed: Message[] = [];
  const waiting: Message[] = [];
  for (const message of loaded) (message.seq === null ? waiting : placed).push(message);
  const before = placed.length;
  let sorted = true;
  for (const message of arrived) {
    const key = keyOf(message);
    const pending = waiting.findIndex((other) => hasKey(other, key));
    if (message.seq === null) {
      // A message that has its place keeps it when an older version of it arrives.
      if (pending >= 0) waiting[pending] = message;
      else if (!placed.slice(-RECENT).some((other) => hasKey(other, key))) waiting.push(message);
      continue;
    }
    if (pending >= 0) waiting.splice(pending, 1);
    const at: number = sorted ? search(placed, message.seq) : placed.findIndex((other) => other.seq === message.seq);
    if (at >= 0 && placed[at]?.seq === message.seq) placed[at] = message;
    else {
      sorted &&= (placed.at(-1)?.seq ?? 0) < message.seq;
      placed.push(message);
    }
  }
  if (!sorted) placed.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  return placed.length === before && waiting.length === 0 ? placed : placed.concat(waiting);
}

/** The index of `seq` in messages ordered by it, -1 when it is not there. */
function search(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = messages[middle]?.seq ?? 0;
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The list of the account's conversations: fetches it page by page, within a limit, and describes each. */
import { hex } from '../../protocol/base/bytes.ts';
import type { RequestResult } from '../../protocol/wire/requests.ts';
import type { Cache } from '../cache/cache.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Conversation } from '../types.ts';

export type ListedConversation = RequestResult<'conversations'>['conversations'][number];

/** More conversations than anybody has; the rest that a daemon lists is left out. */
const MAX_CONVERSATIONS = 20_000;

/** Bounds the number of conversations, and tells the person once when some are left out. */
export class ConversationLimit {
  readonly #notice: (text: string) => void;
  #told = false;

  constructor(tell: (text: string) => void) {
    this.#notice = tell;
  }

  /** Whether `count` conversations are the most that are taken, so that the next one is left out. */
  isReached(count: number): boolean {
    if (count < MAX_CONVERSATIONS) return false;
    if (!this.#told) {
      const most = MAX_CONVERSATIONS.toLocaleString('en-US');
      this.#notice(
        `the server has more than ${most} conversations of yours: the others, and what is new in them, are not shown; ask its operator`,
      );
    }
    this.#told = true;
    return true;
  }
}

/**
 * Returns each conversation once, in the order in which they began.
 * @param limit is told how many there are, page by page
 * @throws as Connection.request
 */
export async function listConversations(
  connection: Pick<ClientContext['connection'], 'request'>,
  limit: ConversationLimit,
): Promise<ListedConversation[]> {
  const listed = new Map<string, ListedConversation>();
  for (let after: Uint8Array | null = null; ; ) {
    const before = listed.size;
    const page: RequestResult<'conversations'> = await connection.request('conversations', { after });
    for (const one of page.conversations) listed.set(hex(one.conversation), one);
    after = page.next;
    if (after === null || listed.size === before || limit.isReached(listed.size)) return [...listed.values()];
  }
}

/**
 * Returns the conversations that have messages or only unsent ones, even to a name that does not exist: the person can retry or remove
 * these there.
 */
export function addUnsent(
  known: readonly Conversation[],
  unsent: readonly { name: string; at: number }[],
): Conversation[] {
  const said = known.filter(({ name, head }) => head > 0 || name.startsWith('#'));
  const names = new Set<string>(said.map(({ name }) => name));
  const others = unsent.map(({ name, at }): Conversation => ({ name: `@${name}`, head: 0, read: 0, unread: 0, at }));
  return [...said, ...others.filter(({ name }) => !names.has(name))].sort((a, b) => b.at - a.at);
}

/** Returns what the list shows of one conversation. @param head the highest seq that its timeline knows; 0 without a timeline */
export async function describeConversation(
  { cache, context }: { cache: Cache; context: Pick<ClientContext, 'keyring'> },
  { key, name }: ConversationRef,
  head: number,
): Promise<Conversation> {
  const known = await cache.coverage(key);
  const read = known?.read ?? 0;
  const { unread, at } = await cache.unread(key, read, hex(context.keyring.me.idFp));
  return { name, head: Math.max(known?.top ?? 0, head), read, unread, at };
}

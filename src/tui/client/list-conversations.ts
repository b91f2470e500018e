/** Which conversations the daemon says that I have, page by page. */
import { hex } from '../../protocol/bytes.ts';
import type { RequestResult } from '../../protocol/requests.ts';
import type { ChatContext } from './chat-context.ts';

export type Listed = RequestResult<'conversations'>['conversations'][number];

/** More than anybody has: what a daemon lists or tells of beyond that is ignored. */
export const MAX_CONVERSATIONS = 20_000;

/** In the order in which they began, each once. @throws as Connection.request */
export async function listConversations(connection: Pick<ChatContext['connection'], 'request'>): Promise<Listed[]> {
  const listed = new Map<string, Listed>();
  for (let after: Uint8Array | null = null; ; ) {
    const before = listed.size;
    const page: RequestResult<'conversations'> = await connection.request('conversations', { after });
    for (const one of page.conversations) listed.set(hex(one.conversation), one);
    after = page.next;
    if (after === null || listed.size === before || listed.size >= MAX_CONVERSATIONS) return [...listed.values()];
  }
}

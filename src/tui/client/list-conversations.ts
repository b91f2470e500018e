/** Which conversations the daemon says that I have, page by page. */
import { hex } from '../../protocol/bytes.ts';
import type { RequestResult } from '../../protocol/requests.ts';
import type { ChatContext } from './chat-context.ts';

export type Listed = RequestResult<'conversations'>['conversations'][number];

/** More than anybody has; a daemon that goes on and on is not listened to any more. */
const MOST = 50_000;

/** @throws as Connection.request. */
export async function listConversations(connection: Pick<ChatContext['connection'], 'request'>): Promise<Listed[]> {
  const listed = new Map<string, Listed>();
  for (let after: Uint8Array | null = null; ; ) {
    const before = listed.size;
    const page: RequestResult<'conversations'> = await connection.request('conversations', { after });
    for (const one of page.conversations) listed.set(hex(one.conversation), one);
    after = page.next;
    if (after === null || listed.size === before || listed.size > MOST) return [...listed.values()];
  }
}

/** Conversations of a person, and their read and delivered marks. */
import { Refusal } from '../../protocol/base/errors.ts';
import { conversationOf, memberOf } from './entry-operations.ts';
import { all, type Implementation, one, run } from './operation.ts';
import type { ConversationOperations } from './store.ts';

/** Most rows of one page; each has 240 bytes at most. */
export const CONVERSATIONS_PER_ANSWER = 250;

type Row = ReturnType<ConversationOperations['conversations']>[number];

export const conversationOperations: Implementation<ConversationOperations> = {
  newestTime(tx) {
    return one<{ at: number | null }>(tx, 'SELECT max(at) AS at FROM conversations')?.at ?? 0;
  },

  conversations(tx, { reader, after }) {
    // A conversation with oneself has no other member, so it falls back to one's own name.
    return all<Row>(
      tx,
      `SELECT id AS conversation, room, head, mine.read,
              CASE WHEN room IS NULL THEN coalesce(other.name, mine.name) END AS "with",
              CASE WHEN room IS NULL THEN coalesce(other.delivered, mine.delivered) ELSE 0 END AS delivered
       FROM members AS mine JOIN conversations ON conversations.c = mine.c
       LEFT JOIN members AS other ON room IS NULL AND other.c = mine.c AND other.m <> mine.m
       WHERE mine.id_fp = ? AND mine.present AND mine.c > coalesce((SELECT c FROM conversations WHERE id = ?), 0)
       ORDER BY mine.c LIMIT ${CONVERSATIONS_PER_ANSWER}`,
      reader,
      after,
    ).map((row) => ({ ...row }));
  },

  formerPeer(tx, { reader, name }) {
    const sql = `SELECT peer.id_fp AS "idFp" FROM members AS peer JOIN members AS mine ON mine.c = peer.c
       JOIN conversations ON conversations.c = peer.c AND room IS NULL
       WHERE peer.name = ? AND mine.id_fp = ? AND mine.present ORDER BY peer.m DESC LIMIT 1`;
    return one<{ idFp: Uint8Array }>(tx, sql, name, reader)?.idFp ?? null;
  },

  mark(tx, { conversation, reader, mark, seq }) {
    const found = conversationOf(tx, conversation);
    const member = found && memberOf(tx, found.c, reader);
    if (!member?.present) throw new Refusal('no-such-conversation', 'you have no such conversation');
    const to = Math.min(seq, found?.head ?? 0);
    // `mark` is one of two column names, never text from outside.
    const column = mark === 'read' ? 'read' : 'delivered';
    const moved = run(tx, `UPDATE members SET ${column} = ? WHERE m = ? AND ${column} < ?`, to, member.m, to) > 0;
    const stands = one<{ seq: number }>(tx, `SELECT ${column} AS seq FROM members WHERE m = ?`, member.m)?.seq ?? 0;
    const others = all<{ name: string }>(
      tx,
      'SELECT name FROM members JOIN conversations ON conversations.c = members.c WHERE members.c = ? AND m <> ? AND room IS NULL AND present',
      found?.c ?? 0,
      member.m,
    ).map((row) => row.name);
    return { moved, seq: stands, others };
  },
};

/** Entries: notes and messages are appended in order, fetched by members, and dropped when old. */

import { Refusal } from '../../protocol/base/errors.ts';
import { EPOCH_LIFE_MS } from '../../protocol/sealed/epoch.ts';
import { freeEntries, listFile } from './file-operations.ts';
import { openEpochOf } from './open-epoch.ts';
import { all, type Implementation, insert, one, run, sameBytes, type Transaction } from './operation.ts';
import type { AppendResult, EntryKind, EntryOperations, EpochKey, NewEntry, Person, StoredEntry } from './store.ts';
import {
  CHAIN_COST,
  CONVERSATION_COST,
  chargeMessages,
  chargeNote,
  ENTRY_COST,
  freeMessages,
  KEY_COST,
} from './usage.ts';

/** Limits of one answer to `fetch`: bytes and number of entries. */
const FETCH_BYTES = 180_000;
const FETCH_ENTRIES = 500;
/** The epochId of a room without an epoch. */
export const NO_EPOCH = new Uint8Array(32);
/** Rows that one `dropOlder` scans. */
const DROP_SPAN = 2000;

export const entryOperations: Implementation<EntryOperations> = {
  appendNote(tx, entry) {
    const conversation = conversationOf(tx, entry.conversation) ?? newConversation(tx, entry);
    const author = presentMember(tx, conversation.c, entry.author);
    if (!sameBytes(entry.author.idFp, entry.to.idFp)) presentMember(tx, conversation.c, entry.to);
    const first = findDuplicate(tx, author.m, entry);
    if (first !== undefined) return first;
    if (entry.stale) throw new Refusal('stale-card', 'somebody renewed their keys: fetch the cards and seal again');
    return appendToChain(tx, conversation, author.m, 'note', entry);
  },

  appendMessage(tx, entry) {
    const room = one<Conversation & { departure_n: number }>(
      tx,
      'SELECT c, head, at, departure_n FROM conversations WHERE id = ? AND room IS NOT NULL',
      entry.conversation,
    );
    const author = room && memberOf(tx, room.c, entry.author.idFp);
    if (room === undefined || !author?.present) throw notMemberRefusal();
    const first = findDuplicate(tx, author.m, entry);
    if (first !== undefined) return first;
    openEpochOf(tx, room, entry.epochId);
    return appendToChain(tx, room, author.m, 'message', entry);
  },

  fetch(tx, range) {
    const conversation = conversationOf(tx, range.conversation);
    // A newcomer to a room signs for the head of its log, and so fetches the log before joining.
    const logOnly = range.kinds?.every((kind) => kind === 'log') === true;
    const present = conversation && memberOf(tx, conversation.c, range.reader)?.present === 1;
    if (!conversation || !(present || (logOnly && conversation.open))) {
      throw new Refusal('no-such-conversation', 'you have no such conversation');
    }
    const rows = tx
      .sql(
        `SELECT e, seq, entries.at, kind, name, bytes, file FROM entries LEFT JOIN members ON m = author
         WHERE entries.c = ? AND seq > ? AND seq < ? AND instr(?, kind) ORDER BY seq ${range.newest ? 'DESC' : 'ASC'}`,
      )
      .iterate(
        conversation.c,
        range.after,
        range.before ?? Number.MAX_SAFE_INTEGER,
        (range.kinds ?? ['note', 'message', 'log', 'epoch']).join(' '),
      ) as Iterable<EntryRow>;
    const entries: StoredEntry[] = [];
    const limit = Math.min(range.limit, FETCH_ENTRIES);
    let weight = 0;
    let more = false;
    for (const row of rows) {
      const entry = readEntry(tx, row, range.reader);
      weight += ENTRY_COST + entry.bytes.length + entry.keys.reduce((sum, key) => sum + key.bytes.length, 0);
      more = entries.length >= limit || (entries.length > 0 && weight > FETCH_BYTES);
      if (more) break;
      entries.push(entry);
    }
    if (range.newest) entries.reverse();
    return { entries, more, head: present ? conversation.head : logHead(tx, conversation.c) };
  },

  dropOlder(tx, { before, from }) {
    const last = one<{ e: number | null }>(
      tx,
      'SELECT max(e) AS e FROM (SELECT e FROM entries WHERE e > ? ORDER BY e LIMIT ?)',
      from,
      DROP_SPAN,
    )?.e;
    if (last === null || last === undefined) return { dropped: 0, next: null };
    const dropped = all<{ file: Uint8Array | null; author: number | null; bytes: number }>(
      tx,
      `DELETE FROM entries WHERE e > ? AND e <= ? AND kind IN ('note', 'message') AND at < ?
       RETURNING file, author, charge AS bytes`,
      from,
      last,
      before,
    );
    freeEntries(tx, dropped);
    const unused = all<{ e: number }>(tx, OLD_EPOCHS, from, last, before - LAST_USE_MS);
    for (const { e } of unused) dropKeys(tx, e);
    return { dropped: dropped.length, next: last };
  },
};

/** The oldest epoch that a speaker may use. Messages under an epoch are dropped before its keys. */
const LAST_USE_MS = EPOCH_LIFE_MS + 24 * 3_600_000;
const OLD_EPOCHS = "SELECT e FROM entries WHERE e > ? AND e <= ? AND kind = 'epoch' AND at < ?";

/** Drops the keys of an epoch that no message uses. The epoch itself stays, because the next one names it. */
export function dropKeys(tx: Transaction, e: number): void {
  const dropped = all<{ kind: EpochKey['kind']; bytes: number }>(
    tx,
    `DELETE FROM epoch_keys WHERE e = ? RETURNING kind, length(bytes) + ${KEY_COST} AS bytes`,
    e,
  );
  const author = one<{ author: number | null }>(tx, 'SELECT author FROM entries WHERE e = ?', e)?.author ?? null;
  const chunks = dropped.filter(({ kind }) => kind === 'chunk');
  freeMessages(
    tx,
    chunks.map(({ bytes }) => ({ author, bytes })),
  );
}

type EntryRow = {
  e: number;
  seq: number;
  at: number;
  kind: EntryKind;
  name: string | null;
  bytes: Uint8Array;
  file: Uint8Array | null;
};

/** `open`: a room that everybody may join. */
export type Conversation = { c: number; head: number; at: number; open: number };

export function conversationOf(tx: Transaction, id: Uint8Array): Conversation | undefined {
  return one<Conversation>(tx, 'SELECT c, head, at, room IS NOT NULL AS open FROM conversations WHERE id = ?', id);
}

export function memberOf(tx: Transaction, c: number, idFp: Uint8Array): { m: number; present: number } | undefined {
  return one(tx, 'SELECT m, present FROM members WHERE c = ? AND id_fp = ?', c, idFp);
}

export function addMember(tx: Transaction, c: number, person: Person): { m: number; present: number } {
  const m = insert(
    tx,
    'INSERT INTO members (c, id_fp, name, present) VALUES (?, ?, ?, 1)',
    c,
    person.idFp,
    person.name,
  );
  return { m, present: 1 };
}

/** Adds a member of a private conversation, also one who had closed their account and made it again with the same keys. */
function presentMember(tx: Transaction, c: number, person: Person): { m: number } {
  const known = memberOf(tx, c, person.idFp);
  if (known === undefined) return addMember(tx, c, person);
  if (!known.present) run(tx, 'UPDATE members SET present = 1 WHERE m = ?', known.m);
  return known;
}

/**
 * The first result, when this author's entry with this id is stored already.
 * @throws Refusal 'id-reused' when its bytes differ
 */
export function findDuplicate(
  tx: Transaction,
  author: number,
  entry: { id: Uint8Array; bytes: Uint8Array; file?: Uint8Array | null },
): AppendResult | undefined {
  const old = one<{ seq: number; at: number; bytes: Uint8Array; file: Uint8Array | null }>(
    tx,
    'SELECT seq, at, bytes, file FROM entries WHERE author = ? AND id = ?',
    author,
    entry.id,
  );
  if (old === undefined) return undefined;
  if (!sameBytes(old.bytes, entry.bytes) || !sameBytes(old.file, entry.file ?? null)) {
    throw new Refusal('id-reused', 'another message was sent under this id: send this one under a new id');
  }
  return { seq: old.seq, at: old.at, duplicate: true };
}

/** The end of a room's log. Non-members must not learn how many messages follow it. */
function logHead(tx: Transaction, c: number): number {
  const sql = "SELECT seq FROM entries WHERE c = ? AND kind = 'log' ORDER BY seq DESC LIMIT 1";
  return one<{ seq: number }>(tx, sql, c)?.seq ?? 0;
}

/** Limit on how far an entry's time may be ahead of the clock, also after the clock was wrong. ms. */
export const MAX_AHEAD_MS = 2 * 60_000;

/** The time for an entry that follows one of time `last`: not earlier, unless the clock was wrong then. */
export function timeAfter(last: number, now: number): number {
  return last - now > MAX_AHEAD_MS ? now : Math.max(now, last);
}

/** Appends an entry at the head of its conversation, with the time of timeAfter. */
export function insertEntry(
  tx: Transaction,
  conversation: Conversation,
  entry: {
    kind: EntryKind;
    author: number | null;
    id: Uint8Array;
    n: number;
    bytes: Uint8Array;
    file: Uint8Array | null;
    /** Bytes that are free again when the entry is dropped. */
    charge?: number;
  },
): AppendResult & { e: number } {
  const seq = conversation.head + 1;
  const at = timeAfter(conversation.at, tx.now);
  run(tx, 'UPDATE conversations SET head = ?, at = ? WHERE c = ?', seq, at, conversation.c);
  const e = insert(
    tx,
    'INSERT INTO entries (c, seq, at, kind, author, id, n, file, bytes, charge) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    conversation.c,
    seq,
    at,
    entry.kind,
    entry.author,
    entry.id,
    entry.n,
    entry.file,
    entry.bytes,
    entry.charge ?? 0,
  );
  return { seq, at, duplicate: false, e };
}

export function notMemberRefusal(): Refusal {
  return new Refusal('not-permitted', 'you are not in this room: join it first');
}

function newConversation(tx: Transaction, { conversation, author, quota }: NewEntry): Conversation {
  chargeMessages(tx, author.idFp, CONVERSATION_COST, quota);
  return { c: insert(tx, 'INSERT INTO conversations (id) VALUES (?)', conversation), head: 0, at: 0, open: 0 };
}

/** Checks the chain inside the transaction, so that two requests cannot both be next. */
function appendToChain(
  tx: Transaction,
  conversation: Conversation,
  author: number,
  kind: EntryKind,
  entry: NewEntry,
): AppendResult {
  const last = one<{ n: number }>(tx, 'SELECT n FROM chains WHERE author = ? AND device = ?', author, entry.device)?.n;
  if (entry.n !== (last ?? 0) + 1) {
    throw new Refusal('order', 'an earlier message of this device is missing: send them again in order');
  }
  const { idFp } = entry.author;
  const cost = ENTRY_COST + entry.bytes.length;
  if (last === undefined) chargeMessages(tx, idFp, CHAIN_COST, null);
  let charge = cost;
  if (kind === 'note') charge = chargeNote(tx, { c: conversation.c, author, idFp }, cost, entry.quota);
  else chargeMessages(tx, idFp, cost, entry.quota);
  run(
    tx,
    'INSERT INTO chains (author, device, n) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n',
    author,
    entry.device,
    entry.n,
  );
  if (entry.file !== null) {
    listFile(tx, { file: entry.file, owner: entry.author.idFp, conversation: entry.conversation });
  }
  const { seq, at } = insertEntry(tx, conversation, { ...entry, kind, author, charge });
  return { seq, at, duplicate: false };
}

function readEntry(tx: Transaction, row: EntryRow, reader: Uint8Array): StoredEntry {
  const keys =
    row.kind === 'epoch'
      ? all<EpochKey>(
          tx,
          'SELECT kind, bytes FROM epoch_keys WHERE e = ? AND id_fp = ? ORDER BY k DESC',
          row.e,
          reader,
        ).map(({ kind, bytes }) => ({ kind, bytes }))
      : [];
  return { seq: row.seq, at: row.at, kind: row.kind, from: row.name, bytes: row.bytes, file: row.file, keys };
}

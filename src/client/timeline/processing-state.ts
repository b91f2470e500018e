/** The stored state that the EntryProcessor needs to judge a batch of entries, and the SQL statements that store the result. */
import { hex } from '../../protocol/base/bytes.ts';
import type { Cache, CachedEntry } from '../cache/cache.ts';
import { type Chain, type GapReason, joinChains, judgeStart } from '../cache/chain-gaps.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OpenedEntry } from '../notes/private-notes.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { Statement } from '../profile/profile-db.ts';
import type { MissingEpochKey } from '../rooms/room-keys.ts';
import { SeenCheck } from './seen-check.ts';

export class ProcessingState {
  /** By `author/device`. */
  readonly chains = new Map<string, Chain>();
  /** Items that are stored already, by `author/id`. */
  readonly known = new Map<string, { seq: number; tag: string; gap: GapReason | null }>();
  /** Checks that the messages that the batch's items name as seen are there. */
  readonly seenCheck: SeenCheck;
  readonly #context: ClientContext;
  readonly #ref: ConversationRef;
  readonly #ownSeqs = new Map<number, number>();
  readonly #queued = new Set<string>();

  private constructor(context: ClientContext, ref: ConversationRef) {
    this.#context = context;
    this.#ref = ref;
    this.seenCheck = new SeenCheck(context, ref);
  }

  /** @param whole loads all chains of the conversation, not only those of the batch's authors */
  static async load(
    context: ClientContext,
    cache: Cache,
    outbox: OutboxStore,
    ref: ConversationRef,
    opened: readonly (OpenedEntry | MissingEpochKey)[],
    whole: boolean,
  ): Promise<ProcessingState> {
    const state = new ProcessingState(context, ref);
    const { db } = context.profile;
    const here = [context.account, ref.key];
    const authors = JSON.stringify([...new Set(opened.map((item) => item.author))]);
    const ids = JSON.stringify(opened.map((item) => item.id));
    const named = JSON.stringify(
      opened.flatMap((item) => ('seen' in item ? item.seen : []).map((hash) => cache.tag(hash))),
    );
    const me = hex(context.keyring.me.idFp);
    const [chains, known, tags] = await Promise.all([
      db.all(
        `SELECT * FROM chains WHERE account = ? AND conversation = ?
         ${whole ? '' : 'AND author IN (SELECT value FROM json_each(?))'}`,
        whole ? here : [...here, authors],
      ),
      db.all(
        `SELECT author, id, seq, tag, gap FROM entries WHERE account = ? AND conversation = ? AND id IN (SELECT value FROM json_each(?))`,
        [...here, ids],
      ),
      db.all(
        'SELECT tag, seq FROM entries WHERE account = ? AND conversation = ? AND tag IN (SELECT value FROM json_each(?))',
        [...here, named],
      ),
    ]);
    for (const row of chains)
      state.chains.set(`${row.author}/${row.device}`, {
        first: Number(row.first),
        firstPrev: String(row.first_prev),
        last: Number(row.last),
        lastTag: String(row.last_tag),
      });
    for (const row of known)
      state.known.set(`${row.author}/${row.id}`, {
        seq: Number(row.seq),
        tag: String(row.tag),
        gap: row.gap as GapReason | null,
      });
    for (const row of tags) state.seenCheck.addKnown(String(row.tag), Number(row.seq));
    if (opened.some((item) => item.author === me)) {
      const own = await outbox.chainState(
        ref,
        opened.filter((item) => item.author === me).map((item) => item.id),
      );
      for (const [device, seq] of own.seqs) state.#ownSeqs.set(device, seq);
      for (const id of own.queued) state.#queued.add(id);
    }
    return state;
  }

  add(cached: CachedEntry): void {
    this.known.set(`${cached.author}/${cached.id}`, { seq: cached.seq, tag: cached.tag, gap: cached.gap });
    this.seenCheck.addKnown(cached.tag, cached.seq);
  }

  /** The item that is stored under this author, device and number. */
  async tagAt(opened: { author: string; device: number; deviceSeq: number }): Promise<string | undefined> {
    const [row] = await this.#context.profile.db.all(
      'SELECT tag FROM entries WHERE account = ? AND conversation = ? AND author = ? AND device = ? AND device_seq = ? LIMIT 1',
      [this.#context.account, this.#ref.key, opened.author, opened.device, opened.deviceSeq],
    );
    return row === undefined ? undefined : String(row.tag);
  }

  /** Whether another program writes as a device of this process: the item has a number that this process did not assign. */
  isClash(opened: OpenedEntry): boolean {
    const seq = this.#ownSeqs.get(opened.device);
    return seq !== undefined && opened.deviceSeq > seq && !this.#queued.has(opened.id);
  }

  markStatement(target: { author: string; id: string }, seq: number): Statement {
    return this.#insert('INSERT OR IGNORE INTO marks (account, conversation, author, id, seq) VALUES (?, ?, ?, ?, ?)', [
      target.author,
      target.id,
      seq,
    ]);
  }

  receiptStatement(by: string, id: string): Statement {
    return this.#insert('INSERT OR IGNORE INTO receipts (account, conversation, by, id) VALUES (?, ?, ?, ?)', [by, id]);
  }

  fileStatement(file: string, seq: number): Statement {
    return {
      sql: 'INSERT OR IGNORE INTO shared_files (account, file, conversation, seq) VALUES (?, ?, ?, ?)',
      params: [this.#context.account, file, this.#ref.key, seq],
    };
  }

  /** Must run before the entry is stored: if it is stored already, another process of this profile has sent the receipt. */
  dueStatement(cached: CachedEntry): Statement {
    const here = [this.#context.account, this.#ref.key];
    return {
      sql: `INSERT OR IGNORE INTO due_receipts (account, conversation, id) SELECT ?, ?, ? WHERE NOT EXISTS
        (SELECT 1 FROM entries WHERE account = ? AND conversation = ? AND seq = ? AND sealed IS NOT NULL)`,
      params: [...here, cached.id, ...here, cached.seq],
    };
  }

  /** Moves only the end that `side` names: another process may have trimmed the other one. */
  chainStatement(key: string, chain: Chain, side: 'newer' | 'older'): Statement {
    const [author = '', device = ''] = key.split('/');
    const moved =
      side === 'newer'
        ? `last_tag = CASE WHEN excluded.last >= last THEN excluded.last_tag ELSE last_tag END, last = max(last, excluded.last)`
        : `first_prev = CASE WHEN excluded.first <= first THEN excluded.first_prev ELSE first_prev END, first = min(first, excluded.first)`;
    return this.#insert(
      `INSERT INTO chains (account, conversation, author, device, first, first_prev, last, last_tag) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${moved}`,
      [author, Number(device), chain.first, chain.firstPrev, chain.last, chain.lastTag],
    );
  }

  /** Joins the chains of an older batch and the known ones. @param fromStart whether the batch holds the conversation's first entry */
  joinOlder(older: ReadonlyMap<string, Chain>, fromStart: boolean): Statement[] {
    const statements: Statement[] = [];
    for (const [key, chain] of older) {
      const newer = this.chains.get(key);
      const verdict = newer === undefined ? { reason: null, chain } : joinChains(chain, newer);
      if (newer !== undefined && verdict.reason !== null)
        statements.push(this.#gapStatement(key, newer.first, verdict.reason));
      this.chains.set(key, verdict.chain);
    }
    if (!fromStart) return statements;
    for (const [key, chain] of this.chains) {
      const reason = judgeStart(chain);
      if (reason !== null) statements.push(this.#gapStatement(key, chain.first, reason));
    }
    return statements;
  }

  /** The last item of a chain was unopened and is open now: the next item is checked against its hash. */
  lateTagStatement(opened: OpenedEntry, tag: string): Statement {
    return {
      sql: `UPDATE chains SET last_tag = ? WHERE account = ? AND conversation = ? AND author = ? AND device = ? AND last = ?
        AND last_tag = ''`,
      params: [tag, this.#context.account, this.#ref.key, opened.author, opened.device, opened.deviceSeq],
    };
  }

  raiseStatement(end: number): Statement {
    return {
      sql: 'UPDATE coverage SET top = max(top, ?) WHERE account = ? AND conversation = ?',
      params: [end, this.#context.account, this.#ref.key],
    };
  }

  /** Lowers `bottom` to `end`; the transaction fails if another process moved it (the column takes no NULL). */
  lowerStatement(bottom: number, end: number): Statement {
    return {
      sql: 'UPDATE coverage SET bottom = CASE bottom WHEN ? THEN ? END WHERE account = ? AND conversation = ?',
      params: [bottom, end, this.#context.account, this.#ref.key],
    };
  }

  #gapStatement(key: string, deviceSeq: number, reason: 'missing' | 'fork'): Statement {
    const [author = '', device = ''] = key.split('/');
    return {
      sql: `UPDATE entries SET gap = ? WHERE account = ? AND conversation = ? AND author = ? AND device = ? AND device_seq = ?
        AND gap IS NULL`,
      params: [reason, this.#context.account, this.#ref.key, author, Number(device), deviceSeq],
    };
  }

  #insert(sql: string, params: readonly (string | number)[]): Statement {
    return { sql, params: [this.#context.account, this.#ref.key, ...params] };
  }
}

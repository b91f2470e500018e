/**
 * Checks that the messages that an item names as seen are there. In a room, the hash of an unopened message is unknown: it is assumed
 * to be the first unknown hash that is named for a place where the message can be, and explains no other. So each unopened message
 * hides at most one that was withheld, and none once it is opened.
 */
import { EPOCH_MAX_ENTRIES } from '../../protocol/sealed/epoch.ts';
import type { CachedEntry } from '../cache/cache.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Statement } from '../profile/profile-db.ts';

export class SeenCheck {
  /** To be run with those that store the entries. */
  readonly statements: Statement[] = [];
  readonly #context: ClientContext;
  readonly #ref: ConversationRef;
  /** Seqs by tag. */
  readonly #known = new Map<string, number>();
  /** Authors of unopened entries that are not stored yet, by seq. */
  readonly #unopened = new Map<number, string>();
  /** Seqs of unopened entries that explain a hash since this was loaded. */
  readonly #used = new Set<number>();

  constructor(context: ClientContext, ref: ConversationRef) {
    this.#context = context;
    this.#ref = ref;
  }

  addKnown(tag: string, seq: number): void {
    this.#known.set(tag, seq);
  }

  /** Adds an unopened entry of this batch. */
  addUnopened({ seq, tag, author }: CachedEntry): void {
    if (tag !== '') this.addKnown(tag, seq);
    else this.#unopened.set(seq, author);
  }

  /** Whether everything that `item` names is there. @param named tags, the newest first */
  async hasAll(item: Pick<CachedEntry, 'author' | 'seq'>, named: readonly string[]): Promise<boolean> {
    const places = named.map((tag) => this.#known.get(tag) ?? null);
    let whole = true;
    for (const [index, tag] of named.entries()) {
      if (places[index] !== null) continue;
      const before = Math.min(item.seq, ...places.slice(0, index).filter((seq) => seq !== null));
      const after = Math.max(item.seq - EPOCH_MAX_ENTRIES, ...places.slice(index + 1).filter((seq) => seq !== null));
      const seq = await this.#freeEntry(after, before, item.author);
      if (seq === null) whole = false;
      else {
        places[index] = seq;
        this.#assignTag(seq, tag);
      }
    }
    return whole;
  }

  /**
   * An unopened entry is open now, and has this tag. Another unopened entry takes over the tag that it was assumed to have.
   * @returns false when there is no other one
   */
  async openedLate({ seq, tag: stoodFor }: CachedEntry, tag: string): Promise<boolean> {
    if (stoodFor === tag) return true;
    const [holder] = await this.#newestUnopened('tag = ? AND seq <> ?', [tag, seq]);
    if (holder !== undefined) this.#assignTag(holder, stoodFor);
    if (holder !== undefined || stoodFor === '') return true;
    const [free] = await this.#newestUnopened("tag = '' AND seq <> ?", [seq]);
    if (free !== undefined) this.#assignTag(free, stoodFor);
    return free !== undefined;
  }

  /** The newest seq between the bounds of an unopened entry that is not by `author` and explains nothing yet. */
  async #freeEntry(after: number, before: number, author: string): Promise<number | null> {
    if (this.#ref.kind === 'private') return null;
    const stored = await this.#newestUnopened(
      `tag = '' AND seq > ? AND seq < ? AND author <> ? AND seq NOT IN (SELECT value FROM json_each(?))`,
      [after, before, author, JSON.stringify([...this.#used])],
    );
    const here = [...this.#unopened].flatMap(([seq, of]) =>
      seq > after && seq < before && of !== author && !this.#used.has(seq) ? [seq] : [],
    );
    const newest = Math.max(0, ...stored, ...here);
    return newest === 0 ? null : newest;
  }

  #assignTag(seq: number, tag: string): void {
    this.#used.add(seq);
    if (tag !== '') this.addKnown(tag, seq);
    this.statements.push({
      sql: 'UPDATE entries SET tag = ? WHERE account = ? AND conversation = ? AND seq = ? AND sealed IS NULL',
      params: [tag, this.#context.account, this.#ref.key, seq],
    });
  }

  /** The seq of the newest unopened entry that fits, if any. */
  async #newestUnopened(where: string, params: readonly (string | number)[]): Promise<number[]> {
    const rows = await this.#context.profile.db.all(
      `SELECT seq FROM entries WHERE account = ? AND conversation = ? AND sealed IS NULL AND ${where} ORDER BY seq DESC LIMIT 1`,
      [this.#context.account, this.#ref.key, ...params],
    );
    return rows.map((row) => Number(row.seq));
  }
}

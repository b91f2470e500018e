/**
 * Folder `cache`: what this profile has of each conversation, and gaps in it; it fetches nothing and shows nothing. Stores
 * opened entries, sealed by the profile, so that each is opened once. The oldest are dropped beyond a limit, and fetched again when
 * the person scrolls back. The processes of a profile share the cache, and every write can be repeated.
 */
import { hex, hmac, utf8 } from '../../protocol/base/bytes.ts';
import { isZero } from '../login/client-context.ts';
import { decodeEntryBody, type EntryBody, encodeEntryBody } from '../notes/entry-body.ts';
import type { Profile } from '../profile/profile.ts';
import type { Row, SqlValue, Statement } from '../profile/profile-db.ts';
import { trimCache } from './cache-trim.ts';
import type { GapReason } from './chain-gaps.ts';

/** One entry of a conversation. An unopened entry has no `body`, but the `rawBytes` that the daemon sent. */
export type CachedEntry = {
  seq: number;
  at: number;
  /** Identity fingerprint, hex; '' when unknown. */
  author: string;
  /** 32 hex digits. */
  id: string;
  device: number;
  deviceSeq: number;
  /** Stands for the hash of the entry. For an unopened entry: the hash that it is assumed to have (seen-check.ts), '' while no item names it. */
  tag: string;
  prev: string;
  /** Whether it is a message: not an edit, a reaction, a receipt, or an unopened entry. */
  shown: boolean;
  gap: GapReason | null;
  body: EntryBody | null;
  rawBytes: Uint8Array | null;
  /** The author of `rawBytes`, as the daemon says. */
  claimedName: string | null;
  /** The id, hex, of the epoch whose key is needed to open `rawBytes`. */
  epoch: string | null;
};

/** The stored range: every entry with bottom < seq <= top. `read`: the read mark; `notified`: the last seq that listeners know. */
export type Coverage = { bottom: number; top: number; read: number; notified: number };

export class Cache {
  readonly #profile: Profile;
  readonly #account: string;
  readonly #tagKey: Uint8Array;

  constructor(profile: Profile, account: string, tagKey: Uint8Array) {
    this.#profile = profile;
    this.#account = account;
    this.#tagKey = tagKey;
  }

  /** Opens the cache of an account; makes it at the first login. Its rooms are pinned later (rooms/lobby.ts). */
  static async open(profile: Profile, account: string): Promise<Cache> {
    const { db } = profile;
    const aad = utf8(`tags:${account}`);
    await db.run("INSERT OR IGNORE INTO chat_accounts (account, lobby, tag_key) VALUES (?, '', ?)", [
      account,
      profile.seal(profile.random(32), aad),
    ]);
    const [row] = await db.all('SELECT tag_key FROM chat_accounts WHERE account = ?', [account]);
    if (row === undefined) throw new Error('the account row is missing');
    return new Cache(profile, account, profile.open(row.tag_key as Uint8Array, aad));
  }

  /**
   * Returns a keyed tag that stands for a hash in the tables: HMAC-SHA-256 (RFC 2104), truncated to 128 bits. Tags can be compared, but
   * they do not confirm a guessed text. '' for a hash of zeros.
   */
  tag(hash: Uint8Array): string {
    return isZero(hash) ? '' : hex(hmac(this.#tagKey, hash).subarray(0, 16));
  }

  /** Returns the stored range of a conversation; null for a new one. @param conversation its key, hex, here and below */
  async coverage(conversation: string): Promise<Coverage | null> {
    const [row] = await this.#all(
      'SELECT bottom, top, read, told FROM coverage WHERE account = ? AND conversation = ?',
      [conversation],
    );
    if (row === undefined) return null;
    return { bottom: Number(row.bottom), top: Number(row.top), read: Number(row.read), notified: Number(row.told) };
  }

  /** Stores an entry; replaces an unopened one only. */
  entryStatement(conversation: string, entry: CachedEntry): Statement {
    const sealed =
      entry.body === null ? null : this.#profile.seal(encodeEntryBody(entry.body), this.#aad(conversation, entry.seq));
    return {
      sql: `INSERT INTO entries (account, conversation, seq, at, author, id, device, device_seq, tag, prev, shown, gap, sealed, raw,
        name, epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET author = excluded.author, id = excluded.id,
        device = excluded.device, device_seq = excluded.device_seq, tag = excluded.tag, prev = excluded.prev, shown = excluded.shown, gap = excluded.gap,
        sealed = excluded.sealed, raw = excluded.raw, name = excluded.name, epoch = excluded.epoch WHERE entries.sealed IS NULL`,
      params: [
        this.#account,
        conversation,
        entry.seq,
        entry.at,
        entry.author,
        entry.id,
        entry.device,
        entry.deviceSeq,
        entry.tag,
        entry.prev,
        entry.shown ? 1 : 0,
        entry.gap,
        sealed,
        entry.rawBytes,
        entry.claimedName,
        entry.epoch,
      ],
    };
  }

  /** The newest `limit` messages with after < seq < before and the gaps among them, oldest first. */
  async page(conversation: string, after: number, before: number, limit: number): Promise<CachedEntry[]> {
    const here = [this.#account, conversation];
    const rows = await this.#profile.db.all(
      `SELECT * FROM entries WHERE account = ? AND conversation = ? AND seq > ? AND seq < ? AND (shown = 1 OR gap IS NOT NULL)
         AND seq >= coalesce((SELECT seq FROM entries WHERE account = ? AND conversation = ? AND seq < ? AND shown = 1
           ORDER BY seq DESC LIMIT 1 OFFSET ?), 0)
       ORDER BY seq`,
      [...here, after, before, ...here, before, limit - 1],
    );
    return rows.map((row) => this.#entry(conversation, row));
  }

  /** Returns the lowest seq of the entries that the daemon took after `at`, ms since 1970; null when there is none. */
  async firstAfter(conversation: string, at: number): Promise<number | null> {
    const [row] = await this.#all(
      'SELECT min(seq) AS seq FROM entries WHERE account = ? AND conversation = ? AND at > ?',
      [conversation, at],
    );
    return row?.seq == null ? null : Number(row.seq);
  }

  async find(conversation: string, author: string, id: string): Promise<CachedEntry | null> {
    const [row] = await this.#all(
      'SELECT * FROM entries WHERE account = ? AND conversation = ? AND author = ? AND id = ? ORDER BY seq LIMIT 1',
      [conversation, author, id],
    );
    return row === undefined ? null : this.#entry(conversation, row);
  }

  /** The first `limit` with after < seq < before, in order. */
  async between(conversation: string, after: number, before: number, limit: number): Promise<CachedEntry[]> {
    const rows = await this.#all(
      'SELECT * FROM entries WHERE account = ? AND conversation = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT ?',
      [conversation, after, before, limit],
    );
    return rows.map((row) => this.#entry(conversation, row));
  }

  async withSeqs(conversation: string, seqs: readonly number[]): Promise<CachedEntry[]> {
    const rows = await this.#all(
      'SELECT * FROM entries WHERE account = ? AND conversation = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq',
      [conversation, JSON.stringify(seqs)],
    );
    return rows.map((row) => this.#entry(conversation, row));
  }

  /** Whether a stored message of `author` (hex) names this file. */
  async hasShared(file: string, author: string): Promise<boolean> {
    const rows = await this.#profile.db.all(
      `SELECT 1 FROM shared_files s JOIN entries e ON e.account = s.account AND e.conversation = s.conversation AND e.seq = s.seq
       WHERE s.account = ? AND s.file = ? AND e.author = ? LIMIT 1`,
      [this.#account, file, author],
    );
    return rows.length > 0;
  }

  /** The newest opened entries that are not by `author`, newest first. */
  async newestOfOthers(conversation: string, author: string, limit: number): Promise<CachedEntry[]> {
    const rows = await this.#all(
      `SELECT * FROM entries WHERE account = ? AND conversation = ? AND author <> ? AND sealed IS NOT NULL
       ORDER BY seq DESC LIMIT ?`,
      [conversation, author, limit],
    );
    return rows.map((row) => this.#entry(conversation, row));
  }

  /** The next 200 unopened entries after `after`: those under `epoch`, or (null) all except those whose key is missing. */
  async unopened(conversation: string, epoch: string | null, after: number): Promise<CachedEntry[]> {
    const rows = await this.#all(
      `SELECT * FROM entries e WHERE account = ? AND conversation = ? AND sealed IS NULL AND raw IS NOT NULL AND seq > ?
       AND iif(? IS NULL, epoch IS NULL OR EXISTS (SELECT 1 FROM epochs k WHERE k.account = e.account
         AND k.room = e.conversation AND k.epoch = e.epoch AND k.key IS NOT NULL AND k.refused = 0), epoch = ?)
       ORDER BY seq LIMIT 200`,
      [conversation, after, epoch, epoch],
    );
    return rows.map((row) => this.#entry(conversation, row));
  }

  /** The newest 1,000 entries that wait for a key, in order. */
  async locked(conversation: string): Promise<CachedEntry[]> {
    const rows = await this.#all(
      `SELECT * FROM entries WHERE account = ? AND conversation = ? AND sealed IS NULL AND epoch IS NOT NULL AND gap IS NOT NULL
       ORDER BY seq DESC LIMIT 1000`,
      [conversation],
    );
    return rows.map((row) => this.#entry(conversation, row)).reverse();
  }

  /** The ids of the epochs whose keys entries wait for. */
  async lockedEpochs(conversation: string): Promise<string[]> {
    const rows = await this.#all(
      `SELECT DISTINCT epoch FROM entries WHERE account = ? AND conversation = ? AND sealed IS NULL AND epoch IS NOT NULL AND gap IS NOT NULL`,
      [conversation],
    );
    return rows.map(({ epoch }) => String(epoch));
  }

  /** The edits, deletes and reactions of these messages, each with the message's key `author/id`. */
  async marks(conversation: string, messages: readonly CachedEntry[]): Promise<{ key: string; entry: CachedEntry }[]> {
    const keys = JSON.stringify(messages.map((message) => `${message.author}/${message.id}`));
    const rows = await this.#all(
      `SELECT e.*, m.author || '/' || m.id AS target FROM marks m JOIN entries e
         ON e.account = m.account AND e.conversation = m.conversation AND e.seq = m.seq
       WHERE m.account = ? AND m.conversation = ? AND m.id IN (SELECT substr(value, 66) FROM json_each(?))
         AND m.author || '/' || m.id IN (SELECT value FROM json_each(?))`,
      [conversation, keys, keys],
    );
    return rows.map((row) => ({ key: String(row.target), entry: this.#entry(conversation, row) }));
  }

  /** Which of these ids `by` (hex) signed a receipt for. */
  async receipts(conversation: string, by: string, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.#all(
      'SELECT id FROM receipts WHERE account = ? AND conversation = ? AND by = ? AND id IN (SELECT value FROM json_each(?))',
      [conversation, by, JSON.stringify(ids)],
    );
    return new Set(rows.map((row) => String(row.id)));
  }

  async unread(conversation: string, read: number, me: string): Promise<{ unread: number; at: number }> {
    const here = [this.#account, conversation];
    // Runs after each message: neither part scans entries that were read long ago.
    const [row] = await this.#profile.db.all(
      `SELECT (SELECT count(*) FROM entries WHERE account = ? AND conversation = ? AND seq > ? AND shown = 1 AND author <> ?) AS unread,
         (SELECT at FROM entries WHERE account = ? AND conversation = ? AND shown = 1 ORDER BY seq DESC LIMIT 1) AS at`,
      [...here, read, me, ...here],
    );
    return { unread: Number(row?.unread ?? 0), at: Number(row?.at ?? 0) };
  }

  /** Drops the oldest entries beyond the limits. @returns how many */
  trim(max?: number, maxBytes?: number): Promise<number> {
    return trimCache(this.#profile.db, this.#account, max, maxBytes);
  }

  #entry(conversation: string, row: Row): CachedEntry {
    const seq = Number(row.seq);
    const sealed = row.sealed as Uint8Array | null;
    return {
      seq,
      at: Number(row.at),
      author: String(row.author),
      id: String(row.id),
      device: Number(row.device),
      deviceSeq: Number(row.device_seq),
      tag: String(row.tag),
      prev: String(row.prev),
      shown: row.shown === 1,
      gap: row.gap as GapReason | null,
      body: sealed === null ? null : decodeEntryBody(this.#profile.open(sealed, this.#aad(conversation, seq))),
      rawBytes: row.raw as Uint8Array | null,
      claimedName: row.name as string | null,
      epoch: row.epoch as string | null,
    };
  }

  #aad(conversation: string, seq: number): Uint8Array {
    return utf8(`entry:${this.#account}:${conversation}:${seq}`);
  }

  /** Runs a query whose first parameter is the account. */
  #all(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return this.#profile.db.all(sql, [this.#account, ...params]);
  }
}

/** The outbox in the profile's database: items to send, exactly as they were sealed, and the last number of each device's chain. */
import { equal, utf8 } from '../../protocol/base/bytes.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import { type ConversationRef, recipientOf, unresolvedKey } from '../notes/conversation-ref.ts';
import { decodeEntryBody, encodeEntryBody } from '../notes/entry-body.ts';
import type { OutboxItem, OutboxState, SealedItem } from '../notes/outbox-item.ts';
import type { OpenedEntry } from '../notes/private-notes.ts';
import type { Row, Statement } from '../profile/profile-db.ts';
import type { OwnDevices } from './own-devices.ts';

export const MAX_OUTBOX = 1000;
/** Receipts have a bound of their own: others cause them, and must not fill the outbox of the person. */
const MAX_RECEIPTS = 1000;
const NO_HASH = new Uint8Array(32);

export class OutboxStore {
  readonly #context: ClientContext;
  readonly #devices: Pick<OwnDevices, 'all' | 'holds'>;

  constructor(context: ClientContext, devices: Pick<OwnDevices, 'all' | 'holds'>) {
    this.#context = context;
    this.#devices = devices;
  }

  /** @throws ClientError 'refused' when the outbox is full; receipts have a bound of their own */
  async add(
    ref: ConversationRef,
    item: Pick<OutboxItem, 'device' | 'id' | 'at' | 'content' | 'file'>,
  ): Promise<OutboxItem> {
    const { account, profile, keyring } = this.#context;
    const said = { from: keyring.me.name, sentAt: item.at, late: false, hash: NO_HASH, content: item.content };
    const receipt = item.content.kind === 'receipt' ? 1 : 0;
    const max = receipt === 1 ? MAX_RECEIPTS : MAX_OUTBOX;
    const { changes } = await profile.db.run(
      `INSERT INTO outbox (account, conversation, recipient, device, id, at, content, file, state, receipt)
       SELECT ?, ?, ?, ?, ?, ?, ?, ?, 'sending', ?
       WHERE (SELECT count(*) FROM outbox WHERE account = ? AND state <> 'placed' AND receipt = ?) < ?`,
      [
        account,
        ref.key,
        recipientOf(ref),
        item.device,
        item.id,
        item.at,
        profile.seal(encodeEntryBody(said), this.#aad(item.id)),
        item.file,
        receipt,
        account,
        receipt,
        max,
      ],
    );
    if (changes === 0)
      throw new ClientError(
        'refused',
        `${max} messages wait to be sent; wait for the connection, or remove failed ones`,
      );
    // By its id alone: the conversation's key changes when the recipient is met.
    const queued = await this.withId(item.id);
    if (queued === null) throw new Error('the queued message is gone');
    return queued;
  }

  async find(conversation: string, id: string): Promise<OutboxItem | null> {
    const [row] = await this.#rows('conversation = ? AND id = ?', [conversation, id]);
    return row ?? null;
  }

  /** The conversation's items in the order in which they were written, without receipts. */
  async of(ref: ConversationRef): Promise<OutboxItem[]> {
    return this.#rows('conversation IN (?, ?) AND receipt = 0', [ref.key, unresolvedKeyOf(ref) ?? ref.key]);
  }

  /** The people with items here, receipts aside, and when the newest one was written, in ms since 1970 UTC. */
  async people(): Promise<{ name: string; at: number }[]> {
    const rows = await this.#context.profile.db.all(
      `SELECT recipient, max(at) AS at FROM outbox
       WHERE account = ? AND receipt = 0 AND recipient NOT LIKE '#%' GROUP BY recipient`,
      [this.#context.account],
    );
    return rows.map((row) => ({ name: String(row.recipient), at: Number(row.at) }));
  }

  async withId(id: string): Promise<OutboxItem | null> {
    const [row] = await this.#rows('id = ?', [id]);
    return row ?? null;
  }

  /** Whether an item posts this file. */
  async postsFile(file: string): Promise<boolean> {
    return (await this.#rows('file = ?', [file], 1)).length > 0;
  }

  /** The next one to send as `device`. */
  async next(conversation: string, device: number): Promise<OutboxItem | null> {
    const [row] = await this.#rows("conversation = ? AND device = ? AND state = 'sending'", [conversation, device], 1);
    return row ?? null;
  }

  /** The conversations and devices with items to send, of all processes. */
  async waiting(): Promise<{ conversation: string; recipient: string; device: number }[]> {
    const rows = await this.#context.profile.db.all(
      "SELECT DISTINCT conversation, recipient, device FROM outbox WHERE account = ? AND state = 'sending'",
      [this.#context.account],
    );
    return rows.map((row) => ({
      conversation: String(row.conversation),
      recipient: String(row.recipient),
      device: Number(row.device),
    }));
  }

  /** Stores the sealed bytes; resolves when they are on stable storage. Nothing is sent before. */
  async seal(item: OutboxItem, sealed: SealedItem): Promise<void> {
    await this.#context.profile.db.run('UPDATE outbox SET bytes = ?, hash = ?, device_seq = ? WHERE n = ?', [
      sealed.bytes,
      this.#context.profile.seal(sealed.hash, this.#aad(item.id)),
      sealed.deviceSeq,
      item.n,
    ]);
  }

  /** Drops the sealed bytes after a refusal, so that the item is sealed anew. @param device that it is written as from now on */
  async unseal(item: OutboxItem, device = item.device): Promise<void> {
    await this.#context.profile.db.run(
      'UPDATE outbox SET bytes = NULL, hash = NULL, device_seq = NULL, device = ? WHERE n = ?',
      [device, item.n],
    );
  }

  async fail(item: OutboxItem, error: string): Promise<void> {
    await this.#context.profile.db.run(
      "UPDATE outbox SET state = 'failed', error = ?, bytes = NULL, hash = NULL, device_seq = NULL WHERE n = ?",
      [error, item.n],
    );
  }

  /** Sends a failed item again, as the newest one of `ref`. */
  async retry(ref: ConversationRef, id: string, device: number): Promise<void> {
    await this.#context.profile.db.run(
      `UPDATE outbox SET state = 'sending', error = NULL, device = ?, conversation = ?,
       n = (SELECT max(n) + 1 FROM outbox) WHERE account = ? AND id = ? AND state = 'failed'`,
      [device, ref.key, this.#context.account, id],
    );
  }

  /** Moves the items that were written as `device` before the recipient was met into the conversation with them. */
  async moveResolved(ref: ConversationRef, device: number): Promise<void> {
    const unresolved = unresolvedKeyOf(ref);
    if (unresolved === null) return;
    await this.#context.profile.db.run(
      'UPDATE outbox SET conversation = ? WHERE account = ? AND conversation = ? AND device = ?',
      [ref.key, this.#context.account, unresolved, device],
    );
  }

  async drop(id: string): Promise<void> {
    await this.#context.profile.db.run("DELETE FROM outbox WHERE account = ? AND id = ? AND state = 'failed'", [
      this.#context.account,
      id,
    ]);
  }

  /** Stores that the daemon took the item. */
  async markPlaced(item: OutboxItem, seq: number, at: number): Promise<void> {
    if (item.sealed === null) throw new Error('answered before it was sealed');
    const { account } = this.#context;
    await this.#context.profile.db.transaction([
      {
        sql: "UPDATE outbox SET state = 'placed', seq = ?, placed_at = ? WHERE n = ?",
        params: [seq, at, item.n],
      },
      this.#advanceChain(item.conversation, item.device, item.sealed.deviceSeq, item.sealed.hash, account),
    ]);
  }

  /** Removes an item that was met in its conversation. */
  removalStatements(ref: ConversationRef, opened: OpenedEntry): Statement[] {
    const { account } = this.#context;
    const statements: Statement[] = [
      {
        sql: 'DELETE FROM outbox WHERE account = ? AND conversation = ? AND id = ?',
        params: [account, ref.key, opened.id],
      },
    ];
    if (this.#devices.holds(opened.device))
      statements.push(this.#advanceChain(ref.key, opened.device, opened.deviceSeq, opened.body.hash, account));
    return statements;
  }

  /** The number and hash that the next item of a device follows. */
  async chainEnd(conversation: string, device: number): Promise<{ seq: number; hash: Uint8Array }> {
    const [row] = await this.#context.profile.db.all(
      'SELECT seq, hash FROM own_chains WHERE account = ? AND conversation = ? AND device = ?',
      [this.#context.account, conversation, device],
    );
    if (row === undefined) return { seq: 0, hash: NO_HASH };
    return {
      seq: Number(row.seq),
      hash: this.#context.profile.open(row.hash as Uint8Array, utf8(`own:${conversation}:${device}`)),
    };
  }

  /** The newest number of each device of this process, and which of these ids are in the outbox. */
  async chainState(
    ref: ConversationRef,
    ids: readonly string[],
  ): Promise<{ seqs: Map<number, number>; queued: Set<string> }> {
    const seqs = new Map<number, number>();
    for (const device of this.#devices.all) seqs.set(device, (await this.chainEnd(ref.key, device)).seq);
    const rows = await this.#context.profile.db.all(
      'SELECT id FROM outbox WHERE account = ? AND conversation = ? AND id IN (SELECT value FROM json_each(?))',
      [this.#context.account, ref.key, JSON.stringify(ids)],
    );
    return { seqs, queued: new Set(rows.map((row) => String(row.id))) };
  }

  /** The item with this id if it was sealed with this hash; else null. */
  async sealedAs(ref: ConversationRef, id: string, hash: Uint8Array): Promise<OutboxItem | null> {
    const queued = await this.find(ref.key, id);
    return queued?.sealed != null && equal(queued.sealed.hash, hash) ? queued : null;
  }

  #advanceChain(conversation: string, device: number, seq: number, hash: Uint8Array, account: string): Statement {
    return {
      sql: `INSERT INTO own_chains (account, conversation, device, seq, hash) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > own_chains.seq`,
      params: [
        account,
        conversation,
        device,
        seq,
        this.#context.profile.seal(hash, utf8(`own:${conversation}:${device}`)),
      ],
    };
  }

  async #rows(where: string, params: readonly (string | number)[], limit = MAX_OUTBOX): Promise<OutboxItem[]> {
    const rows = await this.#context.profile.db.all(
      `SELECT * FROM outbox WHERE account = ? AND ${where} ORDER BY n LIMIT ?`,
      [this.#context.account, ...params, limit],
    );
    return rows.map((row) => this.#item(row));
  }

  #item(row: Row): OutboxItem {
    const { profile } = this.#context;
    const id = String(row.id);
    const aad = this.#aad(id);
    const bytes = row.bytes as Uint8Array | null;
    return {
      n: Number(row.n),
      conversation: String(row.conversation),
      recipient: String(row.recipient),
      device: Number(row.device),
      id,
      at: Number(row.at),
      content: decodeEntryBody(profile.open(row.content as Uint8Array, aad)).content,
      file: row.file as string | null,
      sealed:
        bytes === null
          ? null
          : { bytes, hash: profile.open(row.hash as Uint8Array, aad), deviceSeq: Number(row.device_seq) },
      state: row.state as OutboxState,
      error: row.error as string | null,
      seq: row.seq as number | null,
      placedAt: row.placed_at as number | null,
    };
  }

  #aad(id: string): Uint8Array {
    return utf8(`outbox:${this.#context.account}:${id}`);
  }
}

/** The key of items that were written before the recipient was met; null for a room, and for a conversation under a former key. */
function unresolvedKeyOf(ref: ConversationRef): string | null {
  return ref.kind === 'private' && ref.seqOffset === 0 ? unresolvedKey(ref.with) : null;
}

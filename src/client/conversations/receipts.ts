/**
 * Sends signed receipts for private notes. Due receipts are stored with the notes, so that a crash loses none; one note carries
 * several ids, and a receipt itself needs no receipt.
 */
import { fromHex, hex } from '../../protocol/base/bytes.ts';
import type { Cache } from '../cache/cache.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { MyMessages } from '../messages/my-messages.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';

/** How long ids are gathered, in ms. */
const GATHER_MS = 200;
/** Ids in one receipt note. */
const MAX_IDS = 64;

export class Receipts {
  readonly #context: ClientContext;
  readonly #cache: Cache;
  readonly #mine: Pick<MyMessages, 'queue'>;
  readonly #timers = new Map<string, { cancel: () => void; ref: ConversationRef }>();
  readonly #flushing = new Set<Promise<void>>();

  constructor(context: ClientContext, cache: Cache, mine: Pick<MyMessages, 'queue'>) {
    this.#context = context;
    this.#cache = cache;
    this.#mine = mine;
  }

  /** Plans to send what receipts are due in this conversation. */
  due(ref: ConversationRef): void {
    if (ref.kind === 'room' || ref.with === this.#context.keyring.me.name || this.#timers.has(ref.key)) return;
    const cancel = this.#context.clock.after(GATHER_MS, () => this.#start(ref));
    this.#timers.set(ref.key, { cancel, ref });
  }

  /** Sends now what is gathered. */
  async flush(): Promise<void> {
    for (const { cancel, ref } of [...this.#timers.values()]) {
      cancel();
      this.#start(ref);
    }
    await Promise.all(this.#flushing);
  }

  #start(ref: ConversationRef): void {
    this.#timers.delete(ref.key);
    // On failure the receipts stay due, and go with the next one or after the next login.
    const run = this.#flush(ref).catch(() => {});
    this.#flushing.add(run);
    void run.then(() => this.#flushing.delete(run));
  }

  async #flush(ref: ConversationRef): Promise<void> {
    const { account, profile, keyring } = this.#context;
    const rows = await profile.db.all('SELECT id FROM due_receipts WHERE account = ? AND conversation = ?', [
      account,
      ref.key,
    ]);
    const ids = rows.map((row) => String(row.id));
    const given = await this.#cache.receipts(ref.key, hex(keyring.me.idFp), ids);
    const due = ids.filter((id) => !given.has(id));
    for (let start = 0; start < due.length; start += MAX_IDS) {
      const ids = due.slice(start, start + MAX_IDS).map((id) => fromHex(id));
      await this.#mine.queue(ref, { kind: 'receipt', ids });
    }
    await profile.db.run(
      'DELETE FROM due_receipts WHERE account = ? AND conversation = ? AND id IN (SELECT value FROM json_each(?))',
      [account, ref.key, JSON.stringify(ids)],
    );
  }
}

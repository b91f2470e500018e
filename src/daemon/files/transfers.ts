/** Which transfers a session has under way. Both kinds can be stopped; a session that is gone keeps none. */
import { Refusal } from '../../protocol/errors.ts';
import type { SegmentLink } from './download.ts';

/** Uploads and downloads of one session at once. */
const MAX_TRANSFERS = 8;

/** What of a session is needed here. */
export type FileSession = { readonly link: SegmentLink; tell(event: Uint8Array): void };

export class Transfers<T extends { stop(): Promise<void> }> {
  readonly #sessions = new Map<FileSession, Map<number, T>>();
  readonly #gone = new WeakSet<FileSession>();
  #last = 0;
  #closed = false;

  /** An id for the next transfer of this session. @throws Refusal 'busy' */
  reserve(session: FileSession): number {
    if ((this.#sessions.get(session)?.size ?? 0) >= MAX_TRANSFERS) {
      throw new Refusal('busy', `${MAX_TRANSFERS} files at once are the limit of a connection: wait until one is done`);
    }
    this.#last = this.#last >= 0xffffffff ? 1 : this.#last + 1;
    return this.#last;
  }

  /** Stops it instead when the session went while it was being opened. */
  async keep(session: FileSession, id: number, transfer: T): Promise<void> {
    if (this.#closed || this.#gone.has(session)) {
      await transfer.stop();
      throw new Refusal('busy', 'the session has ended');
    }
    const own = this.#sessions.get(session) ?? new Map<number, T>();
    this.#sessions.set(session, own);
    own.set(id, transfer);
  }

  get(session: FileSession, id: number): T | undefined {
    return this.#sessions.get(session)?.get(id);
  }

  async stop(session: FileSession, id: number): Promise<void> {
    const transfer = this.get(session, id);
    if (transfer === undefined) return;
    await transfer.stop();
    const own = this.#sessions.get(session);
    own?.delete(id);
    if (own?.size === 0) this.#sessions.delete(session);
  }

  /** Nothing is kept for it from now on. */
  async sessionEnded(session: FileSession): Promise<void> {
    this.#gone.add(session);
    const ids = [...(this.#sessions.get(session)?.keys() ?? [])];
    await Promise.all(ids.map((id) => this.stop(session, id)));
  }

  /** Nothing is kept for anybody from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions.keys()].map((session) => this.sessionEnded(session)));
  }
}

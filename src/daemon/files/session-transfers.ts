/** The transfers that each session has in progress, uploads and downloads. A session that ends stops its own. */
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { limitValues } from '../limits/limits.ts';
import type { SegmentLink } from './download.ts';

/** The part of a session that transfers use. */
export type FileSession = { readonly link: SegmentLink; send(event: Uint8Array): void };

/** Counted from the request on; `transfer` is null until it is open. */
type Entry<T> = { person: string; transfer: T | null };

export class SessionTransfers<T extends { stop(): Promise<void> }> {
  readonly #sessions = new Map<FileSession, Map<number, Entry<T>>>();
  readonly #persons = new Map<string, number>();
  readonly #endedSessions = new WeakSet<FileSession>();
  readonly #maxTransfers: number;
  #count = 0;
  #last = 0;
  #closed = false;

  /** @param most the most transfers of all people together; each has a file open */
  constructor(most: number) {
    this.#maxTransfers = most;
  }

  /**
   * Opens a transfer under a new id. If `open` returns null as the transfer, nothing stays open. If the session ended
   * in the meantime, the transfer is stopped.
   * @throws Refusal 'busy', and what `open` throws
   */
  async open<R>(
    session: FileSession,
    person: Uint8Array,
    open: (id: number) => Promise<{ answer: R; transfer: T | null }>,
  ): Promise<R> {
    const id = this.#reserve(session, hex(person));
    let kept = false;
    try {
      const { answer, transfer } = await open(id);
      if (transfer === null) return answer;
      if (this.#closed || this.#endedSessions.has(session)) {
        await transfer.stop();
        throw new Refusal('busy', 'the session has ended');
      }
      this.#sessions.get(session)?.set(id, { person: hex(person), transfer });
      kept = true;
      return answer;
    } finally {
      if (!kept) this.#forget(session, id);
    }
  }

  get(session: FileSession, id: number): T | undefined {
    return this.#sessions.get(session)?.get(id)?.transfer ?? undefined;
  }

  async stop(session: FileSession, id: number): Promise<void> {
    const transfer = this.get(session, id);
    if (transfer === undefined) return;
    try {
      await transfer.stop();
    } finally {
      this.#forget(session, id);
    }
  }

  /** Stops the session's transfers and accepts no more. */
  async sessionEnded(session: FileSession): Promise<void> {
    this.#endedSessions.add(session);
    const ids = [...(this.#sessions.get(session)?.keys() ?? [])];
    await Promise.all(ids.map((id) => this.stop(session, id)));
  }

  /** Stops all transfers and accepts no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions.keys()].map((session) => this.sessionEnded(session)));
  }

  #reserve(session: FileSession, person: string): number {
    const own = this.#sessions.get(session) ?? new Map<number, Entry<T>>();
    const ofPerson = this.#persons.get(person) ?? 0;
    const { transfersPerLink, transfersPerPerson } = limitValues;
    if (own.size >= transfersPerLink) {
      throw new Refusal('busy', `a connection may transfer ${transfersPerLink} files at once: wait until one is done`);
    }
    if (ofPerson >= transfersPerPerson) {
      throw new Refusal('busy', `a person may transfer ${transfersPerPerson} files at once: wait until one is done`);
    }
    // No more than are free, so that a few people cannot take all, however low the limit is.
    if (ofPerson >= this.#maxTransfers - this.#count) {
      throw new Refusal('busy', 'the server has too many transfers in progress: try again in a moment');
    }
    this.#last = this.#last >= 0xffffffff ? 1 : this.#last + 1;
    own.set(this.#last, { person, transfer: null });
    this.#sessions.set(session, own);
    this.#persons.set(person, ofPerson + 1);
    this.#count += 1;
    return this.#last;
  }

  #forget(session: FileSession, id: number): void {
    const own = this.#sessions.get(session);
    const entry = own?.get(id);
    if (own === undefined || entry === undefined) return;
    own.delete(id);
    if (own.size === 0) this.#sessions.delete(session);
    const left = (this.#persons.get(entry.person) ?? 1) - 1;
    if (left === 0) this.#persons.delete(entry.person);
    else this.#persons.set(entry.person, left);
    this.#count -= 1;
  }
}

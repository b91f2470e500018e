/**
 * One conversation in the daemon's order: what comes as an event and what is fetched goes into one row, place by place,
 * and is taken once. One loop a conversation; whoever finds it running leaves the work to it.
 */
import type { Entry } from '../../protocol/wire/fields.ts';
import type { Cache } from '../cache/cache.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Intake, Taken } from './intake.ts';
import { type HeldBytes, ReorderBuffer } from './reorder-buffer.ts';

/** Entries that are fetched at once. */
const PAGE = 200;
/** A conversation that is new to this profile is taken from its read mark on, but no further back than this. */
const FIRST_SYNC = 1000;

export type TimelineListener = {
  taken(ref: ConversationRef, taken: Taken): Promise<void>;
  failed(ref: ConversationRef, error: unknown): void;
};

export class Timeline {
  readonly ref: ConversationRef;
  readonly #context: AccountContext;
  readonly #cache: Cache;
  readonly #intake: Intake;
  readonly #listener: TimelineListener;
  readonly #held: ReorderBuffer;
  #head = 0;
  #readAtLogin = 0;
  /** The lowest place that an event named: this process tells its listeners of all from there on, also of what another process of this profile took. */
  #firstHeard = Number.POSITIVE_INFINITY;
  /** Up to here this process told its listeners; null before the first look. */
  #told: number | null = null;
  #startedAt: number | null = null;
  #running: Promise<void> | null = null;
  #extending: Promise<boolean> | null = null;
  /** Something came since the loop looked. */
  #more = false;

  /** @param held what all conversations hold together */
  constructor(
    ref: ConversationRef,
    context: AccountContext,
    cache: Cache,
    intake: Intake,
    held: HeldBytes,
    listener: TimelineListener,
  ) {
    this.ref = ref;
    this.#context = context;
    this.#cache = cache;
    this.#intake = intake;
    this.#held = new ReorderBuffer(held);
    this.#listener = listener;
  }

  /** How far this profile knew the conversation when this process first looked, 0 when it had never met it; null before. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** The highest place that is known to exist. */
  get head(): number {
    return this.#head;
  }

  /** Takes an entry when its turn comes. */
  arrive(entry: Entry): void {
    this.#held.put(entry);
    this.heard(entry.seq, entry.seq);
  }

  /** Events since the login named places of this conversation: `first` is the lowest, `last` the highest. */
  heard(first: number, last: number): void {
    this.#firstHeard = Math.min(this.#firstHeard, first);
    this.#reaches(last);
  }

  /** The conversation goes as far as this place: what is not here yet is fetched. */
  #reaches(seq: number): void {
    this.#head = Math.max(this.#head, seq);
    this.#go();
  }

  /** Ends it once nothing is under way. */
  async end(): Promise<void> {
    await this.idle();
    this.#held.dropUpTo(Number.POSITIVE_INFINITY);
  }

  /** Up to here it had been read when this process logged in last. What comes later is news here, though another program reads it first. */
  get readAtLogin(): number {
    return this.#readAtLogin;
  }

  /** The daemon says how far the conversation goes, and at a login how far it was read. Resolves when all of it was taken, or it failed. */
  async catchUp(head: number, readAtLogin = this.#readAtLogin): Promise<void> {
    this.#readAtLogin = readAtLogin;
    this.#reaches(head);
    await this.idle();
  }

  /** Goes on after something that failed. */
  again(): void {
    this.#go();
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  /** Extends what is known towards the beginning by a page, one for all that ask meanwhile. @returns false when nothing is before it */
  older(): Promise<boolean> {
    this.#extending ??= this.#extend().finally(() => {
      this.#extending = null;
    });
    return this.#extending;
  }

  async #extend(): Promise<boolean> {
    await this.idle();
    const known = await this.#cache.coverage(this.ref.key);
    if (known === null || known.bottom === 0) return false;
    const page = await this.#context.connection.request('fetch', {
      conversation: this.ref.id,
      after: 0,
      before: known.bottom + 1,
      limit: PAGE,
      newest: true,
      kinds: null,
    });
    const entries = inOrder(page.entries, 0, known.bottom + 1);
    const end = page.more && entries[0] !== undefined ? entries[0].seq - 1 : 0;
    await this.#intake.take(this.ref, entries, { side: 'older', end, bottom: known.bottom });
    return true;
  }

  #go(): void {
    this.#more = true;
    this.#running ??= this.#loop()
      .catch((error: unknown) => this.#listener.failed(this.ref, error))
      .finally(() => {
        this.#running = null;
      });
  }

  async #loop(): Promise<void> {
    while (this.#more) {
      this.#more = false;
      await this.#run();
    }
  }

  async #run(): Promise<void> {
    let known = await this.#cache.coverage(this.ref.key);
    const beforeHeard = this.#firstHeard - 1;
    this.#startedAt ??= Math.min(known?.top ?? 0, beforeHeard);
    if (known === null) {
      await this.#begin();
      known = await this.#cache.coverage(this.ref.key);
    }
    let top = known?.top ?? 0;
    this.#told ??= Math.min(top, beforeHeard);
    // Another process of this profile took these; the listeners here have not heard of them.
    while (this.#told < top) {
      const { taken, end } = await this.#intake.stored(this.ref, this.#told, top);
      this.#told = end;
      await this.#listener.taken(this.ref, taken);
    }
    while (true) {
      this.#held.dropUpTo(top);
      const ready = this.#consecutive(top);
      if (ready.length > 0) {
        top = await this.#take(ready, top, false);
        continue;
      }
      if (this.#head <= top) return;
      const page = await this.#context.connection.request('fetch', {
        conversation: this.ref.id,
        after: top,
        before: null,
        limit: PAGE,
        newest: false,
        kinds: null,
      });
      const entries = inOrder(page.entries, top, Number.POSITIVE_INFINITY);
      if (entries.length === 0) {
        // The daemon told of places that it does not give.
        this.#head = top;
        return;
      }
      top = await this.#take(entries, top, entries[0]?.seq !== top + 1);
    }
  }

  /** What is held right after `top`, without a hole. */
  #consecutive(top: number): Entry[] {
    const ready: Entry[] = [];
    for (let entry = this.#held.get(top + 1); entry && ready.length < PAGE; entry = this.#held.get(entry.seq + 1))
      ready.push(entry);
    return ready;
  }

  async #take(entries: readonly Entry[], top: number, hole: boolean): Promise<number> {
    const end = entries.at(-1)?.seq ?? top;
    const taken = await this.#intake.take(this.ref, entries, { side: 'newer', end, hole });
    this.#head = Math.max(this.#head, end);
    this.#told = end;
    await this.#listener.taken(this.ref, taken);
    return end;
  }

  /** Decides from where this profile knows a conversation that it never met. */
  async #begin(): Promise<void> {
    const from =
      this.#head <= PAGE ? 0 : Math.max(Math.min(this.#readAtLogin, this.#head - PAGE), this.#head - FIRST_SYNC, 0);
    await this.#context.profile.db.run(
      'INSERT OR IGNORE INTO coverage (account, conversation, bottom, top, read) VALUES (?, ?, ?, ?, ?)',
      [this.#context.account, this.ref.key, from, from, Math.min(this.#readAtLogin, this.#head)],
    );
  }
}

/** What the daemon gave, as it should have given it: in order, each place once, inside the bounds. */
function inOrder(entries: readonly Entry[], after: number, before: number): Entry[] {
  const places = new Map<number, Entry>();
  for (const entry of entries)
    if (entry.seq > after && entry.seq < before && !places.has(entry.seq)) places.set(entry.seq, entry);
  return [...places.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * Folder `timeline`: entries in the daemon's order, checked and opened once; it does not know how messages look. One
 * conversation in the daemon's order. Entries from events and from fetches are taken once each, in order of seq, by one loop
 * for each conversation.
 */
import type { Entry } from '../../protocol/wire/fields.ts';
import type { Cache } from '../cache/cache.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { EntryProcessor, ProcessedEntries } from './entry-processor.ts';
import { type BufferedBytes, ReorderBuffer } from './reorder-buffer.ts';

/** Entries in one fetch. */
const PAGE = 200;
/** A conversation that is new to this profile is taken from its read mark on, but at most this many entries back. */
const FIRST_SYNC = 1000;

export type TimelineListener = {
  processed(ref: ConversationRef, taken: ProcessedEntries): Promise<void>;
  failed(ref: ConversationRef, error: unknown): void;
};

export class Timeline {
  readonly ref: ConversationRef;
  readonly #context: ClientContext;
  readonly #cache: Cache;
  readonly #processor: EntryProcessor;
  readonly #listener: TimelineListener;
  readonly #buffer: ReorderBuffer;
  #head = 0;
  #readAtLogin = 0;
  /** The lowest seq that an event named: from there on this process announces everything, also entries that another process of this profile took. */
  #firstNamed = Number.POSITIVE_INFINITY;
  /** The listeners of this process know the conversation up to this seq; null before the first look. */
  #announcedTo: number | null = null;
  #startSeq: number | null = null;
  #running: Promise<void> | null = null;
  #fetchingOlder: Promise<boolean> | null = null;
  /** Something came while the loop was running. */
  #runAgain = false;

  /** @param buffered shared by all timelines: bytes of entries that wait for their turn */
  constructor(
    ref: ConversationRef,
    context: ClientContext,
    cache: Cache,
    processor: EntryProcessor,
    buffered: BufferedBytes,
    listener: TimelineListener,
  ) {
    this.ref = ref;
    this.#context = context;
    this.#cache = cache;
    this.#processor = processor;
    this.#buffer = new ReorderBuffer(buffered);
    this.#listener = listener;
  }

  /** The seq up to which this profile knew the conversation when this process first looked, 0 when not at all; null before that look. */
  get startSeq(): number | null {
    return this.#startSeq;
  }

  /** The highest seq that is known to exist. */
  get head(): number {
    return this.#head;
  }

  /** Takes an entry when its turn comes. */
  arrive(entry: Entry): void {
    this.#buffer.put(entry);
    this.expect(entry.seq, entry.seq);
  }

  /** Events named seqs of this conversation from `first` to `last`. */
  expect(first: number, last: number): void {
    this.#firstNamed = Math.min(this.#firstNamed, first);
    this.#reaches(last);
  }

  /** The conversation reaches at least to `seq`; missing entries are fetched. */
  #reaches(seq: number): void {
    this.#head = Math.max(this.#head, seq);
    this.#startLoop();
  }

  /** Waits for the loop, and drops the buffered entries. */
  async end(): Promise<void> {
    await this.idle();
    this.#buffer.dropUpTo(Number.POSITIVE_INFINITY);
  }

  /** Whether a message is new to this process: unread at the last login or sent since, although another program may read it first. */
  isNews({ seq, at }: { seq: number | null; at: number }): boolean {
    return (seq ?? 0) > this.#readAtLogin || at > this.#context.connection.welcome.at;
  }

  /** Takes everything up to `head`, the newest seq of the daemon's list. Resolves when all was taken, or it failed. */
  async catchUp(head: number, readAtLogin = this.#readAtLogin): Promise<void> {
    this.#readAtLogin = readAtLogin;
    this.#reaches(head);
    await this.idle();
  }

  /** Starts the loop again after a failure. */
  resume(): void {
    this.#startLoop();
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  /** Fetches one page before the known entries; calls at the same time share it. @returns false at the conversation's beginning */
  fetchOlder(): Promise<boolean> {
    this.#fetchingOlder ??= this.#fetchOlder().finally(() => {
      this.#fetchingOlder = null;
    });
    return this.#fetchingOlder;
  }

  async #fetchOlder(): Promise<boolean> {
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
    await this.#processor.process(this.ref, entries, { side: 'older', end, bottom: known.bottom });
    return true;
  }

  /** Another process may have stored entries that came since this one logged in: they are news here, as those named by an event. */
  async #lastBeforeLogin(): Promise<number> {
    const since = await this.#cache.firstAfter(this.ref.key, this.#context.connection.welcome.at);
    return Math.min(this.#firstNamed, since ?? Number.POSITIVE_INFINITY) - 1;
  }

  #startLoop(): void {
    this.#runAgain = true;
    this.#running ??= this.#loop();
  }

  async #loop(): Promise<void> {
    try {
      while (this.#runAgain) {
        this.#runAgain = false;
        await this.#takeAll();
      }
    } catch (error) {
      this.#listener.failed(this.ref, error);
    } finally {
      // Here and not behind the promise: what arrives in the microtasks between would start no loop.
      this.#running = null;
    }
  }

  async #takeAll(): Promise<void> {
    let known = await this.#cache.coverage(this.ref.key);
    this.#startSeq ??= Math.min(known?.top ?? 0, await this.#lastBeforeLogin());
    if (known === null) {
      await this.#startCoverage();
      known = await this.#cache.coverage(this.ref.key);
    }
    let top = known?.top ?? 0;
    this.#announcedTo ??= Math.min(top, this.#startSeq);
    // Another process of this profile took these, but the listeners of this one do not know them.
    while (this.#announcedTo < top) {
      const { taken, end } = await this.#processor.readStored(this.ref, this.#announcedTo, top);
      this.#announcedTo = end;
      await this.#listener.processed(this.ref, taken);
    }
    while (true) {
      this.#buffer.dropUpTo(top);
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
        // The daemon named entries that it does not give.
        this.#head = top;
        return;
      }
      top = await this.#take(entries, top, entries[0]?.seq !== top + 1);
    }
  }

  /** Returns the buffered entries that directly follow `top`. */
  #consecutive(top: number): Entry[] {
    const ready: Entry[] = [];
    for (let entry = this.#buffer.get(top + 1); entry && ready.length < PAGE; entry = this.#buffer.get(entry.seq + 1))
      ready.push(entry);
    return ready;
  }

  async #take(entries: readonly Entry[], top: number, hole: boolean): Promise<number> {
    const end = entries.at(-1)?.seq ?? top;
    const taken = await this.#processor.process(this.ref, entries, { side: 'newer', end, hole });
    this.#head = Math.max(this.#head, end);
    this.#announcedTo = end;
    await this.#listener.processed(this.ref, taken);
    return end;
  }

  /** Decides at which seq this profile begins to know a new conversation. */
  async #startCoverage(): Promise<void> {
    const from =
      this.#head <= PAGE ? 0 : Math.max(Math.min(this.#readAtLogin, this.#head - PAGE), this.#head - FIRST_SYNC, 0);
    await this.#context.profile.db.run(
      'INSERT OR IGNORE INTO coverage (account, conversation, bottom, top, read) VALUES (?, ?, ?, ?, ?)',
      [this.#context.account, this.ref.key, from, from, Math.min(this.#readAtLogin, this.#head)],
    );
  }
}

/** The entries between the bounds, sorted by seq, each seq once: the daemon may have given others. */
function inOrder(entries: readonly Entry[], after: number, before: number): Entry[] {
  const places = new Map<number, Entry>();
  for (const entry of entries)
    if (entry.seq > after && entry.seq < before && !places.has(entry.seq)) places.set(entry.seq, entry);
  return [...places.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * Opens entries from the daemon, checks each device's chain, and stores the result in one transaction. Trusts the daemon for the
 * order of entries only: an entry that does not open, or does not follow its chain, becomes a gap, never a text.
 */
import { hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { Cache, CachedEntry } from '../cache/cache.ts';
import { openedRow, originalEntry, targetOf, unopenedRow } from '../cache/cached-entry.ts';
import { type Chain, judgeNext } from '../cache/chain-gaps.ts';
import { ClientError, isFinal } from '../errors.ts';
import { type ClientContext, isZero } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import { type OpenedEntry, openOwnNote, openPrivateNote } from '../notes/private-notes.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { Statement } from '../profile/profile-db.ts';
import type { Room } from '../rooms/room.ts';
import { MissingEpochKey } from '../rooms/room-keys.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { ProcessingState } from './processing-state.ts';

/** RSA operations at once: enough to keep the workers busy, and below the limit of their queue. */
const AT_ONCE = 16;
/** Stored entries that are read at once. */
const STORED_PAGE = 200;

/** The position of a batch: after the known entries, which then reach to `end`, or before them: they then begin after `end`. */
export type BatchPosition =
  /** hole: the daemon did not give the entries before the first one. */
  | { side: 'newer'; end: number; hole: boolean }
  /** bottom: where the known entries began at the request. If they begin elsewhere by now, nothing is taken. */
  | { side: 'older'; end: number; bottom: number };

export type ProcessedEntries = {
  /** New messages and gaps, in order; no edits, reactions or receipts. */
  fresh: CachedEntry[];
  /** Messages that changed: `author/id`. */
  changed: Set<string>;
  /** Ids of my messages for which a receipt came. */
  delivered: string[];
  /** Ids of epochs, hex, whose keys are missing. */
  locked: Set<string>;
  /** The number of a device of this process as which another program writes; null if there is none. */
  clash: number | null;
};

/** `claim`: the clear header of a message whose key is missing. */
type Item = { entry: Entry; opened: OpenedEntry | null; claim: MissingEpochKey | null; own: boolean };

export class EntryProcessor {
  readonly #context: ClientContext;
  readonly #cache: Cache;
  readonly #rooms: Rooms;
  readonly #outbox: OutboxStore;
  readonly #tag: (hash: Uint8Array) => string;
  /** Retries run one after the other: what one has opened, the next does not open again. */
  readonly #retries = new Mutex();

  constructor(context: ClientContext, cache: Cache, rooms: Rooms, outbox: OutboxStore) {
    this.#context = context;
    this.#cache = cache;
    this.#rooms = rooms;
    this.#outbox = outbox;
    this.#tag = (hash) => cache.tag(hash);
  }

  /** Opens, judges and stores a batch. @param entries in order of seq. @returns what to announce */
  async process(ref: ConversationRef, entries: readonly Entry[], position: BatchPosition): Promise<ProcessedEntries> {
    // Messages of a room are opened with the log and epoch entries among them.
    await this.#rooms.find(ref)?.sync.takeKeysAmong(entries);
    const items = await this.#openAll(ref, entries);
    const { side, end } = position;
    const older = side === 'older';
    const state = await this.#state(ref, items, older);
    // After the state: entries that another process trims in between must not look as if they had never come.
    const known = await this.#cache.coverage(ref.key);
    const fromStart = older ? end === 0 : known?.bottom === 0;
    const taken = noEntries();
    const statements: Statement[] = [];
    const chains = older ? new Map<string, Chain>() : state.chains;
    for (const [index, item] of items.entries()) {
      const cached = await this.#judge(ref, item, state, chains, fromStart);
      if (cached === null) continue;
      if (side === 'newer' && position.hole && index === 0) cached.gap ??= 'missing';
      this.#store(ref, item, cached, side, state, taken, statements);
    }
    statements.push(...state.seenCheck.statements);
    if (older) statements.push(...state.joinOlder(chains, fromStart));
    for (const [key, chain] of state.chains) statements.push(state.chainStatement(key, chain, side));
    statements.push(older ? state.lowerStatement(position.bottom, end) : state.raiseStatement(end));
    try {
      await this.#context.profile.db.transaction(statements);
    } catch (error) {
      // Another process trimmed or extended the known entries since the request: storing this page would hide a hole.
      const isStale = older && (await this.#cache.coverage(ref.key))?.bottom !== position.bottom;
      if (!isStale) throw error;
      return noEntries();
    }
    await this.#addOpenedElsewhere(ref, items, taken);
    return taken;
  }

  /** Announces messages whose key is missing here, but that another process of this profile has opened and stored. */
  async #addOpenedElsewhere(ref: ConversationRef, items: readonly Item[], taken: ProcessedEntries): Promise<void> {
    const locked = items.filter(({ claim }) => claim !== null).map(({ entry }) => entry.seq);
    if (locked.length === 0) return;
    const opened = (await this.#cache.withSeqs(ref.key, locked)).filter(({ body }) => body !== null);
    const seqs = new Set(opened.map(({ seq }) => seq));
    taken.fresh = taken.fresh.filter(({ seq }) => !seqs.has(seq));
    for (const cached of opened) this.#addAnnouncement(cached, hex(this.#context.keyring.me.idFp), taken);
    taken.fresh.sort((a, b) => a.seq - b.seq);
  }

  /** A page of entries that another process of this profile took, as if they were taken here; `end` is the last seq. */
  async readStored(
    ref: ConversationRef,
    after: number,
    upTo: number,
  ): Promise<{ taken: ProcessedEntries; end: number }> {
    const taken = noEntries();
    const me = hex(this.#context.keyring.me.idFp);
    const page = await this.#cache.between(ref.key, after, upTo + 1, STORED_PAGE);
    for (const cached of page) this.#addAnnouncement(cached, me, taken);
    return { taken, end: page.length < STORED_PAGE ? upTo : (page.at(-1)?.seq ?? upTo) };
  }

  /** Tries again to open entries: those under `epoch` (hex), whose key came, or (null), after a person's key was accepted, all that may open now. */
  retry(ref: ConversationRef, epoch: string | null): Promise<CachedEntry[]> {
    return this.#retries.run(() => this.#retry(ref, epoch));
  }

  async #retry(ref: ConversationRef, epoch: string | null): Promise<CachedEntry[]> {
    const opened: CachedEntry[] = [];
    for (let after = 0; ; ) {
      const page = await this.#cache.unopened(ref.key, epoch, after);
      for (const cached of page) opened.push(...(await this.#openLate(ref, cached)));
      const last = page.at(-1);
      if (last === undefined) return opened;
      after = last.seq;
    }
  }

  async #openLate(ref: ConversationRef, cached: CachedEntry): Promise<CachedEntry[]> {
    const item = await this.#open(ref, originalEntry(ref, cached));
    if (item.opened === null) return [];
    const taken = noEntries();
    const state = await this.#state(ref, [item], false);
    const statements: Statement[] = [];
    const now = openedRow(item.entry, item.opened, this.#tag);
    if (!(await state.seenCheck.openedLate(cached, now.tag))) now.gap = 'missing';
    this.#store(ref, item, now, 'newer', state, taken, statements);
    statements.push(...state.seenCheck.statements, state.lateTagStatement(item.opened, now.tag));
    await this.#context.profile.db.transaction(statements);
    return taken.fresh;
  }

  /** Opens one entry without storing anything; null when it does not open. */
  async peek(ref: ConversationRef, entry: Entry): Promise<OpenedEntry | null> {
    return (await this.#open(ref, entry)).opened;
  }

  #state(ref: ConversationRef, items: readonly Item[], whole: boolean): Promise<ProcessingState> {
    const claims = items.flatMap((item) => item.opened ?? item.claim ?? []);
    return ProcessingState.load(this.#context, this.#cache, this.#outbox, ref, claims, whole);
  }

  async #openAll(ref: ConversationRef, entries: readonly Entry[]): Promise<Item[]> {
    const items: Item[] = [];
    for (let start = 0; start < entries.length; start += AT_ONCE)
      items.push(...(await Promise.all(entries.slice(start, start + AT_ONCE).map((entry) => this.#open(ref, entry)))));
    return items;
  }

  async #open(ref: ConversationRef, entry: Entry): Promise<Item> {
    const item: Item = { entry, opened: null, claim: null, own: false };
    try {
      if (entry.kind === 'note')
        item.opened =
          (await openOwnNote(this.#context, ref, entry, (...sealed) => this.#outbox.sealedAs(...sealed))) ??
          (await openPrivateNote(this.#context, ref, entry));
      else if (entry.kind === 'message') item.opened = await this.#roomOf(ref).open(entry);
    } catch (error) {
      if (error instanceof MissingEpochKey) item.claim = error;
      else if (!isBadItem(error)) throw error;
    }
    item.own = item.opened?.author === hex(this.#context.keyring.me.idFp);
    return item;
  }

  /** @throws ProtocolError 'room' */
  #roomOf(ref: ConversationRef): Room {
    const room = this.#rooms.find(ref);
    if (room === null) throw new ProtocolError('room', 'a message of a room in a private conversation');
    return room;
  }

  /** @returns null for entries that are not stored: log and epoch entries, and those that are known already */
  async #judge(
    ref: ConversationRef,
    item: Item,
    state: ProcessingState,
    chains: Map<string, Chain>,
    fromStart: boolean,
  ): Promise<CachedEntry | null> {
    const { entry, opened, claim } = item;
    if (entry.kind === 'log' || entry.kind === 'epoch') return null;
    const cached =
      opened === null
        ? unopenedRow(entry, claim, this.#rooms.find(ref)?.wasAbsentAt(entry.seq) === true, this.#tag)
        : openedRow(entry, opened, this.#tag);
    if (opened === null) state.seenCheck.addUnopened(cached);
    const about = opened ?? claim;
    if (about === null) return cached;
    const same = state.known.get(`${about.author}/${about.id}`);
    if (same !== undefined) {
      // Another process of this profile was quicker: announced here all the same.
      if (same.seq === entry.seq && opened !== null) return { ...cached, gap: same.gap };
      if (opened === null || same.tag === cached.tag) return null;
      return {
        ...cached,
        id: '',
        tag: '',
        shown: false,
        body: null,
        claimedName: cached.body?.from ?? entry.from,
        gap: 'fork',
      };
    }
    const key = `${about.author}/${about.device}`;
    const chain = chains.get(key);
    const again = chain !== undefined && about.deviceSeq <= chain.last;
    const link = { deviceSeq: about.deviceSeq, tag: cached.tag, prev: cached.prev };
    const verdict = judgeNext(chain, link, fromStart, again ? await state.tagAt(about) : undefined);
    chains.set(key, verdict.chain);
    if (opened === null) return cached;
    cached.gap = verdict.reason;
    const seen = opened.seen.filter((hash) => !isZero(hash)).map((hash) => this.#cache.tag(hash));
    if (fromStart && !(await state.seenCheck.hasAll(cached, seen))) cached.gap ??= 'missing';
    state.add(cached);
    return cached;
  }

  #store(
    ref: ConversationRef,
    item: Item,
    cached: CachedEntry,
    side: 'newer' | 'older',
    state: ProcessingState,
    taken: ProcessedEntries,
    statements: Statement[],
  ): void {
    const content = cached.body?.content;
    // Keys of messages from before I joined are not asked for.
    if (item.claim !== null && cached.gap !== null) taken.locked.add(item.claim.epoch);
    const due = side === 'newer' && ref.kind === 'private' && cached.shown && !item.own;
    if (due) statements.push(state.dueStatement(cached));
    statements.push(this.#cache.entryStatement(ref.key, cached));
    if (content !== undefined) {
      const target = targetOf(cached, content);
      if (target !== null) statements.push(state.markStatement(target, cached.seq));
      if (content.kind === 'receipt' && ref.kind === 'private')
        for (const id of content.ids) statements.push(state.receiptStatement(cached.author, hex(id)));
      if (content.kind === 'manifest') statements.push(state.fileStatement(hex(content.manifest.fileId), cached.seq));
    }
    if (item.own && item.opened !== null) {
      if (state.isClash(item.opened)) taken.clash = item.opened.device;
      statements.push(...this.#outbox.removalStatements(ref, item.opened));
    }
    this.#addAnnouncement(cached, hex(this.#context.keyring.me.idFp), taken);
  }

  /** Adds to `taken` what has to be announced. */
  #addAnnouncement(cached: CachedEntry, me: string, taken: ProcessedEntries): void {
    if (cached.shown || cached.gap !== null) taken.fresh.push(cached);
    const content = cached.body?.content;
    if (content === undefined) return;
    const target = targetOf(cached, content);
    if (target !== null) taken.changed.add(`${target.author}/${target.id}`);
    if (content.kind === 'receipt' && cached.author !== me) taken.delivered.push(...content.ids.map((id) => hex(id)));
  }
}

function noEntries(): ProcessedEntries {
  return { fresh: [], changed: new Set(), delivered: [], locked: new Set(), clash: null };
}

/** Whether the entry itself is bad, and becomes a gap; any other error (no link, a full queue or disk) is tried again. */
function isBadItem(error: unknown): boolean {
  return (error instanceof ProtocolError || error instanceof ClientError) && isFinal(error);
}

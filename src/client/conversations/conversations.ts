/**
 * Folder `conversations`: the conversations of one account: listing, catching up, history and marks; it seals nothing. All
 * conversations of the account: lists them, brings each up to date, keeps what was read, and announces what is new.
 */
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { Cache } from '../cache/cache.ts';
import { ClientError, isTemporary } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import { GapAnnouncer } from '../messages/gap-announcer.ts';
import type { ShownMessages } from '../messages/shown-messages.ts';
import { type ConversationRef, formerRefs } from '../notes/conversation-ref.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { EntryProcessor, ProcessedEntries } from '../timeline/entry-processor.ts';
import type { BufferedBytes } from '../timeline/reorder-buffer.ts';
import { Timeline } from '../timeline/timeline.ts';
import type { ClientEvent, Conversation, ConversationName } from '../types.ts';
import { ConversationMarks } from './conversation-marks.ts';
import { conversationNamed, conversationWith } from './conversation-names.ts';
import {
  ConversationLimit,
  describeConversation,
  type ListedConversation,
  listConversations,
} from './list-conversations.ts';
import { NotifiedMarks } from './notified-marks.ts';
import { PendingConversations } from './pending-conversations.ts';
import { Preview } from './preview.ts';
import type { Receipts } from './receipts.ts';
import { CacheTrimmer } from './trimming.ts';

/** How many conversations are brought up to date at the same time. */
const AT_ONCE = 4;
/** How long a timeline waits after a refusal that passes. */
const AGAIN_MS = 1000;

export type ConversationParts = {
  context: ClientContext;
  bus: ClientBus;
  cache: Cache;
  rooms: Rooms;
  processor: EntryProcessor;
  messages: ShownMessages;
  receipts: Receipts;
};

export class Conversations {
  readonly #parts: ConversationParts;
  readonly #timelines = new Map<string, Timeline>();
  readonly #marks: ConversationMarks;
  readonly #notified: NotifiedMarks;
  readonly #lockedGaps: GapAnnouncer;
  readonly #preview: Preview;
  readonly #pending: PendingConversations;
  readonly #trimming: CacheTrimmer;
  readonly #limit: ConversationLimit;
  readonly #buffered: BufferedBytes = { used: 0 };

  constructor(parts: ConversationParts) {
    const { bus } = parts;
    this.#parts = parts;
    this.#trimming = new CacheTrimmer(parts.cache, bus);
    this.#limit = new ConversationLimit((text) => bus.notice(text));
    this.#preview = new Preview(parts);
    this.#pending = new PendingConversations(async (conversation, name) => {
      const ref = await this.refOf(conversation, name);
      return ref === null ? null : this.timeline(ref);
    });
    this.#marks = new ConversationMarks(parts.context);
    this.#notified = new NotifiedMarks(parts.context.clock, this.#marks);
    this.#lockedGaps = new GapAnnouncer(parts);
    bus.on('received', (event) => this.#handle(event));
    bus.on('heard', (event) => this.#markNotified(event));
    bus.on('sent', ({ ref, entry }) => this.timeline(ref).arrive(entry));
    bus.on('epoch-opened', ({ ref, epoch }) => this.#retry(ref, epoch));
    // Rooms are listed also before anything was said in them.
    for (const { ref } of parts.rooms.all) this.timeline(ref);
  }

  /** @throws ClientError 'usage' for what is no conversation, 'refused' for people and rooms that are not there */
  named(name: ConversationName): Promise<ConversationRef> {
    return conversationNamed(this.#parts.context, this.#parts.rooms, name);
  }

  timeline(ref: ConversationRef): Timeline {
    const known = this.#timelines.get(ref.key);
    if (known !== undefined) return known;
    const { context, cache, processor } = this.#parts;
    const timeline = new Timeline(ref, context, cache, processor, this.#buffered, {
      processed: (where, taken) => this.#announceProcessed(where, taken),
      failed: (where, error) => this.#failed(where, error),
    });
    this.#timelines.set(ref.key, timeline);
    return timeline;
  }

  /** The timelines of the conversation and of those with the same person under former keys, the newest first. */
  async timelinesOf(ref: ConversationRef): Promise<Timeline[]> {
    const former = ref.kind === 'room' ? [] : await formerRefs(this.#parts.context, ref.with);
    return [ref, ...former].map((each) => this.timeline(each));
  }

  /** The person accepted a new key of `name`: their conversation becomes one under a former key. */
  async keyAccepted(name: string): Promise<void> {
    const { bus, rooms } = this.#parts;
    for (const [key, timeline] of [...this.#timelines]) {
      const { ref } = timeline;
      if (ref.kind === 'room' || ref.with !== name) continue;
      await timeline.end();
      this.#timelines.delete(key);
    }
    bus.publish('announced', { type: 'moved', conversation: `@${name}` });
    // Messages in rooms that the old key signed are shown with its mark from now on.
    for (const { ref } of rooms.all) bus.publish('announced', { type: 'moved', conversation: ref.name });
  }

  /** In all rooms, opens messages that waited for a person's key to be accepted. */
  async retryRooms(): Promise<void> {
    for (const { ref } of this.#parts.rooms.all) await this.#retry(ref, null);
  }

  /** Call after each login. Takes everything that is new in all conversations. */
  async sync(): Promise<void> {
    const queue = await listConversations(this.#parts.context.connection, this.#limit);
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await this.#syncOne(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await this.#trimming.trim();
  }

  /** Takes everything that is new in this conversation. */
  async catchUp(ref: ConversationRef): Promise<void> {
    const all = await listConversations(this.#parts.context.connection, this.#limit);
    const of = all.find(({ conversation }) => equal(conversation, ref.id));
    if (of !== undefined) await this.timeline(ref).catchUp(of.head);
  }

  async #handle(event: Event): Promise<void> {
    if (event.method === 'posted') {
      const { conversation, with: name, entry } = event.params;
      const ref = this.#known(conversation, name);
      if (ref === null && name !== null) this.#pending.add(conversation, name, entry.seq);
      if (ref === null) return;
      const timeline = this.timeline(ref);
      timeline.arrive(entry);
      void this.#preview.confirmed(event, timeline).catch(() => {});
    } else if (event.method === 'read') {
      const key = hex(event.params.conversation);
      const timeline = this.#timelines.get(key);
      if (timeline === undefined) return;
      // A read mark never goes beyond the entries that are known.
      await this.#marks.store(key, 'read', Math.min(event.params.seq, timeline.head));
      await this.#announce(timeline.ref);
    }
  }

  async list(): Promise<Conversation[]> {
    const current = [...this.#timelines.values()].filter(({ ref }) => ref.seqOffset === 0);
    const listed = await Promise.all(current.map(({ ref, head }) => describeConversation(this.#parts, ref, head)));
    return listed.sort((a, b) => b.at - a.at);
  }

  async markRead(ref: ConversationRef, seq: number): Promise<void> {
    if (seq < 1) return;
    await this.#marks.store(ref.key, 'read', seq);
    await this.#announce(ref);
    await this.#marks.send('read', ref, seq);
  }

  /** Listeners took this message: the next process of the profile does not announce it as new. */
  #markNotified(event: ClientEvent): void {
    if (event.type !== 'message' || !event.fresh) return;
    const { conversation, seq } = event.message;
    for (const { ref } of this.#parts.rooms.all) this.timeline(ref);
    const current = [...this.#timelines.values()].find(({ ref: at }) => at.name === conversation && at.seqOffset === 0);
    if (current !== undefined && seq !== null) this.#notified.raise(current.ref.key, seq);
  }

  /** Stores at once how far listeners know each conversation. */
  flushNotified(): Promise<void> {
    return this.#notified.flush();
  }

  /** Opens messages that waited for a key. @param epoch whose key came, hex; null after the person accepted a member's key */
  async #retry(ref: ConversationRef, epoch: string | null): Promise<void> {
    const opened = await this.#parts.processor.retry(ref, epoch);
    if (opened.length === 0) return;
    // The announced gaps stood for these messages.
    const { bus, messages } = this.#parts;
    if (epoch === null) bus.publish('announced', { type: 'moved', conversation: ref.name });
    for (const message of await messages.build(ref, opened))
      bus.publish('announced', { type: 'message', message, fresh: true });
    this.#receiptsDue(ref);
    await this.#announce(ref);
  }

  /** Makes the daemon confirm early messages of rooms; their events follow. */
  confirmEarly(): Promise<void> {
    return this.#preview.requestConfirmation();
  }

  /** Resolves when all that came of this conversation, or (null) of all known ones, was taken. */
  async idle(ref: ConversationRef | null): Promise<void> {
    if (ref !== null) await this.#pending.settled(ref.key);
    const timelines = ref === null ? [...this.#timelines.values()] : await this.timelinesOf(ref);
    await Promise.all(timelines.map((timeline) => timeline.idle()));
  }

  async #syncOne(of: ListedConversation): Promise<void> {
    const ref = await this.refOf(of.conversation, of.with);
    if (ref === null) return;
    const { cache } = this.#parts;
    const timeline = this.timeline(ref);
    const again = timeline.startSeq !== null;
    await timeline.catchUp(of.head, Math.max(of.read, (await cache.coverage(ref.key))?.read ?? 0));
    await this.#marks.store(ref.key, 'read', Math.min(of.read, timeline.head));
    const known = await cache.coverage(ref.key);
    if (known !== null && known.read > of.read) await this.#marks.send('read', ref, known.read);
    if (known !== null && timeline.startSeq !== null && !again)
      await this.#announceMissed(ref, { ...known, top: timeline.startSeq });
    await this.#parts.bus.publishAndWait('stored', ref);
    this.#receiptsDue(ref);
    await this.#announce(ref);
  }

  /** Announces messages that another process of this profile took while this one was not running. */
  async #announceMissed(ref: ConversationRef, known: { read: number; notified: number; top: number }): Promise<void> {
    const { cache, messages, context, bus } = this.#parts;
    const from = Math.max(known.read, known.notified);
    if (from >= known.top || ref.seqOffset !== 0) return;
    const entries = await cache.page(ref.key, from, known.top + 1, 1000);
    for (const message of await messages.build(ref, entries))
      if (message.from !== context.keyring.me.name) bus.publish('announced', { type: 'message', message, fresh: true });
  }

  async #announceProcessed(ref: ConversationRef, taken: ProcessedEntries): Promise<void> {
    const { cache, messages, context, bus } = this.#parts;
    // Before the announcement: a listener that answers at once must not write as a device that another program uses.
    if (taken.clash !== null) await bus.publishAndWait('clashed', taken.clash);
    const known = await cache.coverage(ref.key);
    const me = hex(context.keyring.me.idFp);
    await this.#lockedGaps.announce(ref, taken.fresh);
    for (const message of await messages.build(ref, taken.fresh)) {
      const fresh = ref.seqOffset === 0 && this.timeline(ref).isNews(message);
      bus.publish('announced', { type: 'message', message, fresh });
    }
    const targets = [...taken.changed].map((key) => ({ author: key.slice(0, 64), id: key.slice(65) }));
    targets.push(...taken.delivered.map((id) => ({ author: me, id })));
    const fresh = new Set(taken.fresh.map((entry) => entry.seq));
    for (const { author, id } of targets) {
      const entry = await cache.find(ref.key, author, id);
      if (entry === null || fresh.has(entry.seq)) continue;
      for (const message of await messages.build(ref, [entry]))
        bus.publish('announced', { type: 'message', message, fresh: false });
    }
    await bus.publishAndWait('stored', ref);
    if (taken.locked.size > 0) bus.publish('locked', { ref, epochs: taken.locked });
    if (known !== null && ref.kind === 'private') void this.#marks.send('deliver', ref, known.top);
    this.#receiptsDue(ref);
    await this.#announce(ref);
    await this.#trimming.pageStored();
  }

  /** Sends due receipts, except to a former key: nothing can be sealed to it. */
  #receiptsDue(ref: ConversationRef): void {
    if (ref.seqOffset === 0) this.#parts.receipts.due(ref);
  }

  #failed(ref: ConversationRef, error: unknown): void {
    // No link: the next login continues from here.
    if (error instanceof ClientError && error.code === 'unreachable') return;
    if (isTemporary(error)) {
      this.#parts.context.clock.after(AGAIN_MS, () => this.timeline(ref).resume());
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.bus.notice(`${ref.name} cannot be brought up to date: ${reason}`);
  }

  /** null for a conversation with a key that is not the pinned one: it begins when the person accepts that key. */
  async refOf(conversation: Uint8Array, name: string | null): Promise<ConversationRef | null> {
    const known = this.#known(conversation, name);
    if (known !== null || name === null || this.#limit.isReached(this.#timelines.size)) return known;
    return conversationWith(this.#parts.context, conversation, name);
  }

  /** Looks it up in memory, without a request to the daemon; null when it is not there. */
  #known(conversation: Uint8Array, name: string | null): ConversationRef | null {
    if (name === null) return this.#parts.rooms.withId(conversation)?.ref ?? null;
    return this.#timelines.get(hex(conversation))?.ref ?? null;
  }

  async #announce(ref: ConversationRef): Promise<void> {
    if (ref.seqOffset !== 0) return;
    const conversation = await describeConversation(this.#parts, ref, this.#timelines.get(ref.key)?.head ?? 0);
    this.#parts.bus.publish('announced', { type: 'conversation', conversation });
  }
}

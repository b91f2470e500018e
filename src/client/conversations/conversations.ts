/** All my conversations: which there are, what is new in each, what was read. Turns what was taken into events. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { Cache } from '../cache/cache.ts';
import { ClientError, isPassing } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { AccountContext } from '../login/account-context.ts';
import { LockedGaps } from '../messages/locked-gaps.ts';
import type { MessageBuilder } from '../messages/message-builder.ts';
import { type ConversationRef, formerRefs } from '../notes/conversation-ref.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Intake, Taken } from '../timeline/intake.ts';
import type { HeldBytes } from '../timeline/reorder-buffer.ts';
import { Timeline } from '../timeline/timeline.ts';
import type { ClientEvent, Conversation, ConversationName } from '../types.ts';
import { conversationNamed, conversationWith } from './conversation-names.ts';
import { ConversationBound, type Listed, listConversations } from './list-conversations.ts';
import { NotifiedMarks } from './notified-marks.ts';
import { PendingConversations } from './pending-conversations.ts';
import { Preview } from './preview.ts';
import type { Receipts } from './receipts.ts';
import { Trimming } from './trimming.ts';

/** Conversations that are brought up to date at once. */
const AT_ONCE = 4;
/** After a refusal that passes. */
const AGAIN_MS = 1000;

export type ConversationParts = {
  context: AccountContext;
  bus: ClientBus;
  cache: Cache;
  rooms: Rooms;
  intake: Intake;
  messages: MessageBuilder;
  receipts: Receipts;
};

export class Conversations {
  readonly #parts: ConversationParts;
  readonly #timelines = new Map<string, Timeline>();
  readonly #told: NotifiedMarks;
  readonly #lockedGaps: LockedGaps;
  readonly #preview: Preview;
  readonly #strangers: PendingConversations;
  readonly #trimming: Trimming;
  readonly #bound: ConversationBound;
  readonly #held: HeldBytes = { used: 0 };

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    const { bus } = parts;
    this.#trimming = new Trimming(parts.cache, bus);
    this.#bound = new ConversationBound((text) => bus.notice(text));
    this.#preview = new Preview(parts);
    this.#strangers = new PendingConversations(async (conversation, name) => {
      const ref = await this.refOf(conversation, name);
      return ref === null ? null : this.timeline(ref);
    });
    this.#told = new NotifiedMarks(parts.context.clock, (key, seq) => this.#setMark(key, 'told', seq));
    this.#lockedGaps = new LockedGaps(parts);
    bus.on('received', (event) => this.#take(event));
    bus.on('heard', (event) => this.#heard(event));
    bus.on('sent', ({ ref, entry }) => this.timeline(ref).arrive(entry));
    bus.on('epoch-opened', ({ ref, epoch }) => this.#retry(ref, epoch));
  }

  /** @throws ClientError 'usage' for what is no conversation, 'refused' for people and rooms that are not there */
  named(name: ConversationName): Promise<ConversationRef> {
    return conversationNamed(this.#parts.context, this.#parts.rooms, name);
  }

  timeline(ref: ConversationRef): Timeline {
    const known = this.#timelines.get(ref.key);
    if (known !== undefined) return known;
    const { context, cache, intake } = this.#parts;
    const timeline = new Timeline(ref, context, cache, intake, this.#held, {
      taken: (where, taken) => this.#taken(where, taken),
      failed: (where, error) => this.#failed(where, error),
    });
    this.#timelines.set(ref.key, timeline);
    return timeline;
  }

  /** The conversation, and those with the same person under former keys: the newest first. */
  async timelinesOf(ref: ConversationRef): Promise<Timeline[]> {
    const former = ref.kind === 'room' ? [] : await formerRefs(this.#parts.context, ref.with);
    return [ref, ...former].map((each) => this.timeline(each));
  }

  /** What was the conversation with `name` is one under a former key now. */
  async accepted(name: string): Promise<void> {
    const { bus, rooms } = this.#parts;
    for (const [key, timeline] of [...this.#timelines]) {
      const { ref } = timeline;
      if (ref.kind === 'room' || ref.with !== name) continue;
      await timeline.end();
      this.#timelines.delete(key);
    }
    bus.publish('announced', { type: 'moved', conversation: `@${name}` });
    // What that key signed in rooms is of a former one now.
    for (const { ref } of rooms.all) bus.publish('announced', { type: 'moved', conversation: ref.name });
  }

  /** Opens in all rooms what waited for a key of theirs to be accepted. */
  async retryRooms(): Promise<void> {
    for (const { ref } of this.#parts.rooms.all) await this.#retry(ref, null);
  }

  /** After each login: takes everything that is new, in all conversations. */
  async sync(): Promise<void> {
    const queue = await listConversations(this.#parts.context.connection, this.#bound);
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await this.#syncOne(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await this.#trimming.now();
  }

  /** Takes what is new in this one. */
  async catchUp(ref: ConversationRef): Promise<void> {
    const all = await listConversations(this.#parts.context.connection, this.#bound);
    const of = all.find(({ conversation }) => equal(conversation, ref.id));
    if (of !== undefined) await this.timeline(ref).catchUp(of.head);
  }

  async #take(event: Event): Promise<void> {
    if (event.method === 'posted') {
      const { conversation, with: name, entry } = event.params;
      const ref = this.#known(conversation, name);
      if (ref === null) {
        if (name !== null) this.#strangers.hear(conversation, name, entry.seq);
        return;
      }
      const timeline = this.timeline(ref);
      timeline.arrive(entry);
      void this.#preview.confirmed(event, timeline).catch(() => {});
    } else if (event.method === 'read') {
      const key = hex(event.params.conversation);
      const timeline = this.#timelines.get(key);
      if (timeline === undefined) return;
      // Nothing that is still to come was read.
      await this.#setMark(key, 'read', Math.min(event.params.seq, timeline.head));
      await this.#tell(timeline.ref);
    }
  }

  async list(): Promise<Conversation[]> {
    const current = [...this.#timelines.values()].filter(({ ref }) => ref.base === 0);
    const listed = await Promise.all(current.map(({ ref }) => this.#conversation(ref)));
    return listed.sort((a, b) => b.at - a.at);
  }

  async markRead(ref: ConversationRef, seq: number): Promise<void> {
    if (seq < 1) return;
    await this.#setMark(ref.key, 'read', seq);
    await this.#tell(ref);
    await this.#mark('read', ref, seq);
  }

  /** What a listener was shown is not news for the next process. */
  #heard(event: ClientEvent): void {
    if (event.type !== 'message' || !event.fresh) return;
    const { conversation, seq } = event.message;
    const current = [...this.#timelines.values()].find(({ ref: at }) => at.name === conversation && at.base === 0);
    if (current !== undefined && seq !== null) this.#told.told(current.ref.key, seq);
  }

  /** Keeps up to where listeners were told. */
  keepTold(): Promise<void> {
    return this.#told.flush();
  }

  /** Opens what waited for a key: that of an epoch, or (null) one that the person has accepted. */
  async #retry(ref: ConversationRef, epoch: string | null): Promise<void> {
    const opened = await this.#parts.intake.retry(ref, epoch);
    if (opened.length === 0) return;
    // Gaps that were told stood for it.
    const { bus, messages } = this.#parts;
    if (epoch === null) bus.publish('announced', { type: 'moved', conversation: ref.name });
    for (const message of await messages.of(ref, opened))
      bus.publish('announced', { type: 'message', message, fresh: true });
    this.#receiptsDue(ref);
    await this.#tell(ref);
  }

  /** Has the daemon vouch for what came of rooms; the events of that are then under way. */
  settle(): Promise<void> {
    return this.#preview.settle();
  }

  /** Resolves when what came of this conversation was taken; of all that are known, without one. */
  async idle(ref: ConversationRef | null): Promise<void> {
    if (ref !== null) await this.#strangers.settled(ref.key);
    const timelines = ref === null ? [...this.#timelines.values()] : await this.timelinesOf(ref);
    await Promise.all(timelines.map((timeline) => timeline.idle()));
  }

  async #syncOne(of: Listed): Promise<void> {
    const ref = await this.refOf(of.conversation, of.with);
    if (ref === null) return;
    const { cache } = this.#parts;
    const timeline = this.timeline(ref);
    const again = timeline.startedAt !== null;
    await timeline.catchUp(of.head, Math.max(of.read, (await cache.coverage(ref.key))?.read ?? 0));
    await this.#setMark(ref.key, 'read', Math.min(of.read, timeline.head));
    const known = await cache.coverage(ref.key);
    if (known !== null && known.read > of.read) await this.#mark('read', ref, known.read);
    if (known !== null && timeline.startedAt !== null && !again)
      await this.#missed(ref, { ...known, top: timeline.startedAt });
    await this.#parts.bus.publishAndWait('stored', ref);
    this.#receiptsDue(ref);
    await this.#tell(ref);
  }

  /** What another process of this profile took while nobody listened. */
  async #missed(ref: ConversationRef, known: { read: number; told: number; top: number }): Promise<void> {
    const { cache, messages, context, bus } = this.#parts;
    const from = Math.max(known.read, known.told);
    if (from >= known.top || ref.base !== 0) return;
    const entries = await cache.page(ref.key, from, known.top + 1, 1000);
    for (const message of await messages.of(ref, entries))
      if (message.from !== context.keyring.me.name) bus.publish('announced', { type: 'message', message, fresh: true });
  }

  async #taken(ref: ConversationRef, taken: Taken): Promise<void> {
    const { cache, messages, context, bus } = this.#parts;
    // Before anybody hears of it and answers: not as the device that somebody else is, too.
    if (taken.clash !== null) await bus.publishAndWait('clashed', taken.clash);
    const known = await cache.coverage(ref.key);
    const me = hex(context.keyring.me.idFp);
    await this.#lockedGaps.tell(ref, taken.fresh);
    const { readAtLogin } = this.timeline(ref);
    for (const message of await messages.of(ref, taken.fresh)) {
      const fresh = ref.base === 0 && (message.seq ?? 0) > readAtLogin;
      bus.publish('announced', { type: 'message', message, fresh });
    }
    const targets = [...taken.changed].map((key) => ({ author: key.slice(0, 64), id: key.slice(65) }));
    targets.push(...taken.delivered.map((id) => ({ author: me, id })));
    const fresh = new Set(taken.fresh.map((entry) => entry.seq));
    for (const { author, id } of targets) {
      const entry = await cache.find(ref.key, author, id);
      if (entry === null || fresh.has(entry.seq)) continue;
      for (const message of await messages.of(ref, [entry]))
        bus.publish('announced', { type: 'message', message, fresh: false });
    }
    await bus.publishAndWait('stored', ref);
    if (taken.locked.size > 0) bus.publish('locked', { ref, epochs: taken.locked });
    if (known !== null && ref.kind === 'private') void this.#mark('deliver', ref, known.top);
    this.#receiptsDue(ref);
    await this.#tell(ref);
    await this.#trimming.took();
  }

  /** Nothing can be sealed to a key that was replaced. */
  #receiptsDue(ref: ConversationRef): void {
    if (ref.base === 0) this.#parts.receipts.due(ref);
  }

  #failed(ref: ConversationRef, error: unknown): void {
    // Without a link the next login goes on from here.
    if (error instanceof ClientError && error.code === 'unreachable') return;
    if (isPassing(error)) {
      this.#parts.context.clock.after(AGAIN_MS, () => this.timeline(ref).again());
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.bus.notice(`${ref.name} cannot be brought up to date: ${reason}`);
  }

  /** null for a conversation with a key of theirs that is not the pinned one: it begins when the person accepts that key. */
  async refOf(conversation: Uint8Array, name: string | null): Promise<ConversationRef | null> {
    const known = this.#known(conversation, name);
    if (known !== null || name === null || this.#bound.isReached(this.#timelines.size)) return known;
    return conversationWith(this.#parts.context, conversation, name);
  }

  /** From memory, without a request to the daemon; null for one that is not there. */
  #known(conversation: Uint8Array, name: string | null): ConversationRef | null {
    if (name === null) return this.#parts.rooms.withId(conversation)?.ref ?? null;
    return this.#timelines.get(hex(conversation))?.ref ?? null;
  }

  async #conversation(ref: ConversationRef): Promise<Conversation> {
    const { cache, context } = this.#parts;
    const known = await cache.coverage(ref.key);
    const { unread, at } = await cache.unread(ref.key, known?.read ?? 0, hex(context.keyring.me.idFp));
    const head = Math.max(known?.top ?? 0, this.#timelines.get(ref.key)?.head ?? 0);
    return { name: ref.name, head, read: known?.read ?? 0, unread, at };
  }

  async #tell(ref: ConversationRef): Promise<void> {
    if (ref.base !== 0) return;
    this.#parts.bus.publish('announced', { type: 'conversation', conversation: await this.#conversation(ref) });
  }

  /** A mark that does not reach the daemon now is set again after the next login. */
  async #mark(mark: 'read' | 'deliver', ref: ConversationRef, seq: number): Promise<void> {
    await this.#parts.context.connection.request(mark, { conversation: ref.id, seq }).catch(() => {});
  }

  async #setMark(key: string, mark: 'read' | 'told', seq: number): Promise<void> {
    const { context } = this.#parts;
    await context.profile.db.run(
      `UPDATE coverage SET ${mark} = max(${mark}, ?) WHERE account = ? AND conversation = ?`,
      [seq, context.account, key],
    );
  }
}

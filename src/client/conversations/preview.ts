/**
 * Announces messages of a room before the daemon has confirmed their place. Any member could have repeated, withheld or moved them, but
 * only their author can have written them. They have no seq and are not stored; one that turns out not to be in the
 * conversation is withdrawn.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { Cache, CachedEntry } from '../cache/cache.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ShownMessages } from '../messages/shown-messages.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { EntryProcessor } from '../timeline/entry-processor.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { Message } from '../types.ts';

type Posted = Extract<Event, { method: 'posted' }>;

export type PreviewParts = {
  context: ClientContext;
  cache: Cache;
  processor: Pick<EntryProcessor, 'peek'>;
  messages: ShownMessages;
  rooms: Rooms;
  bus: ClientBus;
};

export class Preview {
  readonly #parts: PreviewParts;
  /** Early events, each with the message that was announced for it. */
  readonly #early = new Map<Event, Message | null>();
  #showing: Promise<void> = Promise.resolve();

  constructor(parts: PreviewParts) {
    this.#parts = parts;
    const { connection } = parts.context;
    connection.onEarly((event) => this.#arrived(event));
    connection.onState(({ state }) => {
      if (state !== 'online') this.#lost();
    });
  }

  /** Call when the daemon has confirmed the event and `timeline` has it. Resolves when the message is stored, or was withdrawn. */
  async confirmed(event: Event, timeline: Timeline): Promise<void> {
    const shown = this.#early.get(event) ?? null;
    this.#early.delete(event);
    if (shown === null || event.method !== 'posted') return;
    await timeline.idle();
    const { ref } = timeline;
    const stored = await this.#parts.cache.find(ref.key, shown.author, shown.id);
    if (stored?.shown !== true) this.#withdraw(shown);
  }

  /** Makes the daemon confirm early events: any answer does. */
  async requestConfirmation(): Promise<void> {
    if (this.#early.size > 0) await this.#parts.context.connection.request('ping', {}).catch(() => {});
  }

  #arrived(event: Event): void {
    if (event.method !== 'posted') return;
    const room = this.#parts.rooms.withId(event.params.conversation);
    if (room === null) return;
    this.#early.set(event, null);
    // If this fails, the message is announced when it has its place.
    this.#showing = this.#showing.then(() => this.#show(room.ref, event)).catch(() => {});
  }

  async #show(ref: RoomRef, event: Posted): Promise<void> {
    const { context, processor, cache, messages, bus } = this.#parts;
    const opened = await processor.peek(ref, event.params.entry);
    if (opened === null || opened.author === hex(context.keyring.me.idFp)) return;
    const { kind } = opened.body.content;
    if (kind !== 'text' && kind !== 'reply' && kind !== 'manifest') return;
    // An old message that was sent again is not announced.
    if ((await cache.find(ref.key, opened.author, opened.id)) !== null) return;
    const entry: CachedEntry = {
      seq: 0,
      // Until the daemon's time is known.
      at: context.clock.now(),
      author: opened.author,
      id: opened.id,
      device: opened.device,
      deviceSeq: opened.deviceSeq,
      tag: '',
      shown: true,
      gap: null,
      body: opened.body,
      rawBytes: null,
      epoch: null,
      prev: '',
      claimedName: null,
    };
    const [message] = await messages.build(ref, [entry]);
    if (message === undefined || !this.#early.has(event)) return;
    const early = { ...message, seq: null };
    this.#early.set(event, early);
    bus.publish('announced', { type: 'message', message: early, fresh: false });
  }

  #lost(): void {
    const shown = [...this.#early.values()];
    this.#early.clear();
    for (const message of shown) if (message !== null) this.#withdraw(message);
  }

  #withdraw({ conversation, author, id }: Message): void {
    this.#parts.bus.publish('announced', { type: 'withdrawn', conversation, author, id });
  }
}

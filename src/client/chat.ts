/** Puts the parts of the chat together, feeds them with what the daemon tells, and ends them in order. */

import { sleep } from '../platform/clock.ts';
import { hex } from '../protocol/base/bytes.ts';
import type { Content } from '../protocol/sealed/content.ts';
import type { Event } from '../protocol/wire/codec.ts';
import type { Cache } from './cache/cache.ts';
import { ClockNotice } from './connection/clock-skew.ts';
import { EventQueue } from './connection/event-queue.ts';
import { Conversations } from './conversations/conversations.ts';
import type { readHistory } from './conversations/history.ts';
import { Receipts } from './conversations/receipts.ts';
import { Waiters } from './conversations/waiters.ts';
import { ClientError, closedBy } from './errors.ts';
import type { AccountContext } from './login/account-context.ts';
import type { SignedIn } from './login/sign-in.ts';
import { Announcer } from './messages/announcer.ts';
import { MessageBuilder } from './messages/message-builder.ts';
import type { ConversationRef } from './notes/private-notes.ts';
import { placedEntry, placeOf, refresh, sealItem, seenIn, sendItem } from './outbox/mail.ts';
import { Outbox } from './outbox/outbox.ts';
import { OutboxStore, type Queued } from './outbox/outbox-store.ts';
import { People } from './people/people.ts';
import { Presence } from './people/presence.ts';
import { EpochKeyRequests } from './rooms/epoch-key-requests.ts';
import { GrantAnswers } from './rooms/grant-answers.ts';
import type { Rooms } from './rooms/room-channels.ts';
import { Intake } from './timeline/intake.ts';
import { FileExchange } from './transfers/file-exchange.ts';
import { SharedFiles } from './transfers/shared-files.ts';
import type { Message } from './types.ts';

const ID_BYTES = 16;

/** The room is opened first, and needs the chat that is made after it. */
export type RoomLinks = { chat: Chat | null };

export class Chat {
  readonly context: AccountContext;
  readonly cache: Cache;
  readonly announcer: Announcer;
  readonly messages: MessageBuilder;
  readonly conversations: Conversations;
  readonly people: People;
  readonly signs: Presence;
  readonly outbox: Outbox;
  readonly outboxStore: OutboxStore;
  readonly files: FileExchange;
  readonly waiters = new Waiters();
  readonly #rooms: Rooms;
  readonly #receipts: Receipts;
  readonly #clockNotice: ClockNotice;
  readonly #wantedKey: EpochKeyRequests;
  readonly #lobby: ConversationRef;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #events: EventQueue;
  readonly #grants: GrantAnswers;
  #synced: Promise<void> | null = null;
  #ended = false;

  constructor(
    signedIn: SignedIn,
    context: AccountContext,
    cache: Cache,
    lobby: ConversationRef,
    room: { rooms: Rooms; links: RoomLinks },
  ) {
    this.context = context;
    this.cache = cache;
    this.#lobby = lobby;
    this.#rooms = room.rooms;
    room.links.chat = this;
    // With a new link all is fetched, at the pace of this machine.
    this.#events = new EventQueue(
      (event) => this.#try(() => this.#take(event)),
      () => context.connection.link?.destroy(),
    );
    this.outboxStore = new OutboxStore(context);
    const intake = new Intake(context, cache, room.rooms, this.outboxStore);
    this.messages = new MessageBuilder(context, cache, room.rooms);
    this.announcer = new Announcer((event) => {
      if (event.type === 'message' && event.fresh) this.conversations.told(event.message);
    });
    const emit = this.announcer.emit.bind(this.announcer);
    this.#clockNotice = new ClockNotice((text) => emit({ type: 'notice', text }));
    this.people = new People(context, (people) => emit({ type: 'people', people }));
    this.signs = new Presence(context, this.people, emit);
    this.#receipts = new Receipts(context, cache, async (place, ids) => {
      await this.post(place, { kind: 'receipt', ids }, this.newId(), null);
    });
    this.#wantedKey = new EpochKeyRequests(room.rooms, context.clock, (epoch) =>
      this.conversations.retry(lobby, epoch),
    );
    this.#grants = new GrantAnswers({
      rekey: room.rooms.rekey,
      wantedKey: this.#wantedKey,
      attempt: (action) => this.#try(action),
    });
    this.conversations = new Conversations({
      context,
      cache,
      intake,
      messages: this.messages,
      receipts: this.#receipts,
      lobby,
      emit,
      prepare: (place, entries) => room.rooms.prepare(place, entries),
      // The answer to what was sent may be lost, and another process of this profile have met it.
      stored: async (place) => {
        for (const message of await this.messages.mine(place, this.waiters.ids)) this.waiters.reached(message);
      },
      locked: (_place, epochs) => this.#wantedKey.ask(epochs),
      clash: (device) => this.outbox.changeDevice(device),
    });
    this.outbox = new Outbox(context, this.outboxStore, signedIn.lease, {
      seal: (place, item, turn) => sealItem(context, room.rooms, place, item, turn),
      send: (place, item, bytes) => sendItem(context, place, item, bytes),
      seen: (place) => seenIn(context, cache, place),
      refresh: (place, code) => refresh(context, room.rooms, place, code, () => this.conversations.catchUp(place)),
      placed: (place, item) => {
        const { seq, placedAt } = item;
        if (seq !== null && placedAt !== null)
          this.conversations.timeline(place).arrive(placedEntry(context, place, item, seq, placedAt));
      },
      changed: (place, item, error) => this.#changed(place, item, error),
      placeOf: (conversation, recipient) =>
        conversation === lobby.key ? Promise.resolve(lobby) : placeOf(context, conversation, recipient),
      trouble: (error, item) => {
        this.#trouble(error);
        if (item !== undefined) this.waiters.failed(item.id, error, 'it waits to be sent');
      },
    });
    const shared = new SharedFiles(context, cache, intake, (conversation, name) =>
      this.conversations.placeOf(conversation, name),
    );
    this.files = new FileExchange({
      signedIn,
      shared,
      emit,
      synced: () => this.synced(),
      post: async (place, content, file) => {
        const id = this.newId();
        const sent = this.waiters.reach(id, 'sent');
        sent.catch(() => {});
        await this.post(place, content, id, file);
        return { sent };
      },
      isPosted: async (file) =>
        (await this.outboxStore.lists(file)) || (await cache.hasShared(file, hex(context.keyring.me.idFp))),
    });
  }

  /** The key of an epoch came: what waited for it is shown. */
  opens(epoch: string): void {
    void this.conversations.retry(this.#lobby, epoch).catch((error: unknown) => this.#trouble(error));
  }

  /** Listens, joins the lobby if this identity is not in it, and starts to take what is new. */
  async begin(): Promise<void> {
    const { connection, keyring } = this.context;
    // To the end: listeners hear that the client was closed.
    connection.onState((link) => {
      this.announcer.emit({ type: 'link', link });
      const closed = link.state === 'closed' ? closedBy(link) : null;
      if (closed !== null) this.waiters.closed(closed);
    });
    this.#unsubscribe.push(
      connection.onEvent((event) => this.#events.add(event)),
      connection.onOnline(() => {
        void this.#try(() => this.signs.again());
        this.#online();
      }),
      keyring.onChanged((name, pinned, offered) => {
        this.announcer.emit({ type: 'key-changed', name, pinned: hex(pinned), offered: hex(offered) });
        void this.people.tell(name).catch((error: unknown) => this.#trouble(error));
      }),
    );
    // First, so that the next key is sealed to me; private messages do not wait for a lobby that fails.
    if (!this.#rooms.members.joined) await this.#try(() => this.#rooms.join());
    this.#online();
  }

  /** Resolves when what was new at the last login, and what came since, in `place` or anywhere, has been taken, or the link was lost meanwhile. */
  async synced(place: ConversationRef | null = null): Promise<void> {
    await this.#synced;
    await this.conversations.settle();
    await this.#events.settled();
    await this.conversations.idle(place);
  }

  /** What reading back needs. */
  get reading(): Parameters<typeof readHistory>[0] {
    return { context: this.context, cache: this.cache, messages: this.messages, outbox: this.outboxStore };
  }

  /** An id that no message has, hex. */
  newId(): string {
    return hex(this.context.profile.random(ID_BYTES));
  }

  /** Stores a message in the outbox and starts sending it. @throws ClientError 'refused' when the outbox is full */
  async post(place: ConversationRef, content: Content, id: string, file: string | null): Promise<Message> {
    const at = this.context.clock.now();
    const item = await this.outboxStore.add(place, { device: this.outbox.device, id, at, content, file });
    const message = this.show(place, item, true);
    this.outbox.kick(place);
    return message ?? this.messages.nameless(place, item);
  }

  /** Tells listeners of a message of mine that is on its way; null for what is no message of its own. */
  show(place: ConversationRef, item: Queued, fresh: boolean): Message | null {
    const message = this.messages.queued(place, item);
    if (message !== null) this.announcer.emit({ type: 'message', message, fresh });
    return message;
  }

  /** After a changed key of `name` was accepted: its conversation has become another one, and messages waited for the key. */
  async accepted(name: string): Promise<void> {
    await this.conversations.accepted(name);
    this.#online();
    await this.synced();
    await this.conversations.retry(this.#lobby, null);
  }

  /** Gives what is under way `ms`, then ends everything but the connection. */
  async end(ms: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    if (this.context.connection.state.state === 'online') {
      const settled = (async () => {
        await this.#events.settled();
        await this.conversations.keepTold();
        await this.#receipts.flush();
        await this.outbox.idle();
      })().catch(() => {});
      await Promise.race([settled, sleep(this.context.clock, ms)]);
    }
    this.announcer.only('link');
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.files.close();
    this.outbox.close();
    this.waiters.end();
  }

  #online(): void {
    this.#clockNotice.look(this.context.connection.clockSkew);
    this.#synced = this.#catchUpAll().catch((error: unknown) => this.#trouble(error));
  }

  async #catchUpAll(): Promise<void> {
    await this.#try(() => this.files.tidy());
    await this.#try(() => this.outbox.kickAll());
    await this.#try(() => this.#rooms.join());
    await this.#try(() => this.conversations.sync());
    await this.#try(() => this.people.load());
    await this.#try(async () => this.#wantedKey.atLogin(await this.cache.lockedEpochs(this.#lobby.key)));
  }

  async #take(event: Event): Promise<void> {
    await this.people.take(event);
    const { joined } = this.#rooms.members;
    await this.conversations.take(event);
    // Removed though this account is alive: a mistake of the server or its operator.
    if (joined && !this.#rooms.members.joined) void this.#try(() => this.#rooms.join());
    this.signs.take(event);
    if (event.method === 'closing') this.announcer.emit({ type: 'notice', text: event.params.message });
    this.#grants.take(event);
  }

  #changed(place: ConversationRef, item: Queued, error: unknown): void {
    const message = this.show(place, item, false);
    if (item.state === 'placed' && message !== null) {
      this.waiters.reached(place.with === this.context.keyring.me.name ? { ...message, state: 'delivered' } : message);
    }
    if (item.state !== 'failed') return;
    const sentence = item.error ?? 'it was refused';
    this.waiters.failed(item.id, error, sentence);
    if (message !== null) return;
    // An edit or a reaction has no place of its own to show that it failed.
    void this.outboxStore.drop(item.id).catch((failure: unknown) => this.#trouble(failure));
    if (item.content.kind === 'receipt') return;
    const text = `the ${item.content.kind} in ${place.name} was not sent: ${sentence}`;
    this.announcer.emit({ type: 'notice', text });
  }

  /** What fails is told, and what comes after it goes on. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#trouble(error);
    }
  }

  #trouble(error: unknown): void {
    if (this.#ended || (error instanceof ClientError && error.code === 'unreachable')) return;
    this.announcer.emit({ type: 'notice', text: error instanceof Error ? error.message : String(error) });
  }
}

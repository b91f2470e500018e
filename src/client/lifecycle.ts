/** A running chat: starts listening, catches up after each login, and ends its parts in order. */
import { sleep } from '../platform/clock.ts';
import { hex } from '../protocol/base/bytes.ts';
import type { Cache } from './cache/cache.ts';
import { ClockNotice } from './connection/clock-skew.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { readHistory } from './conversations/history.ts';
import type { Receipts } from './conversations/receipts.ts';
import type { SyncState } from './conversations/sync-state.ts';
import { ClientError, closedLinkError } from './errors.ts';
import type { ClientBus } from './events/client-bus.ts';
import type { ReceivedEvents } from './events/received-events.ts';
import type { AccountContext } from './login/account-context.ts';
import type { Announcer } from './messages/announcer.ts';
import type { MessageBuilder } from './messages/message-builder.ts';
import type { MyMessages } from './messages/my-messages.ts';
import type { ConversationRef } from './notes/conversation-ref.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { OutboxStore } from './outbox/outbox-store.ts';
import type { RecipientLookup } from './outbox/recipient-lookup.ts';
import type { People } from './people/people.ts';
import type { Presence } from './people/presence.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { Transfers } from './transfers/transfers.ts';

export type ClientParts = {
  context: AccountContext;
  bus: ClientBus;
  cache: Cache;
  received: ReceivedEvents;
  announcer: Announcer;
  people: People;
  presence: Presence;
  rooms: Rooms;
  outboxStore: OutboxStore;
  messages: MessageBuilder;
  myMessages: MyMessages;
  receipts: Receipts;
  conversations: Conversations;
  outbox: Outbox;
  sync: SyncState;
  recipients: RecipientLookup;
  transfers: Transfers;
};

export class ClientLifecycle {
  readonly parts: ClientParts;
  readonly #clockNotice: ClockNotice;
  readonly #unsubscribe: (() => void)[] = [];
  #ended = false;

  constructor(parts: ClientParts) {
    const { bus } = parts;
    this.parts = parts;
    this.#clockNotice = new ClockNotice((text) => bus.notice(text));
    bus.on('failed', (error) => this.#reportFailure(error));
    bus.on('received', (event) => {
      if (event.method === 'closing') bus.notice(event.params.message);
    });
  }

  /** Starts listening, joins rooms that this identity is not in, and starts to catch up. */
  async start(): Promise<void> {
    const { context, bus, people, presence, received, myMessages, rooms } = this.parts;
    const { connection, keyring } = context;
    // Not unsubscribed at the end: listeners hear that the client was closed.
    connection.onState((link) => {
      bus.publish('announced', { type: 'link', link });
      const closed = link.state === 'closed' ? closedLinkError(link) : null;
      if (closed !== null) myMessages.waiters.failAll(closed);
    });
    this.#unsubscribe.push(
      received.begin(),
      connection.onOnline(() => {
        void bus.attempt(() => presence.resendAway());
        this.#startCatchUp();
      }),
      keyring.onChanged((name, pinned, offered) => {
        bus.publish('announced', { type: 'key-changed', name, pinned: hex(pinned), offered: hex(offered) });
        void bus.attempt(() => people.announce(name));
      }),
    );
    // First, so that the next epoch is sealed to me. A room that fails does not stop the others and private messages.
    for (const { members, sync } of rooms.all) if (!members.joined) await bus.attempt(() => sync.join());
    this.#startCatchUp();
  }

  /** Resolves when this client has caught up in `ref`, or in all conversations. */
  synced(ref: ConversationRef | null = null): Promise<void> {
    return this.parts.sync.synced(ref);
  }

  /** The parts that reading the history needs. */
  get historyParts(): Parameters<typeof readHistory>[0] {
    const { context, cache, messages, outboxStore } = this.parts;
    return { context, cache, messages, outbox: outboxStore };
  }

  /** Call after a changed key of `name` was accepted: begins their new conversation, and opens messages that waited for the key. */
  async keyAccepted(name: string): Promise<void> {
    const { conversations } = this.parts;
    await conversations.keyAccepted(name);
    this.#startCatchUp();
    await this.synced();
    await conversations.retryRooms();
  }

  /** Waits up to `ms` for what is under way, then ends everything but the connection. */
  async end(ms: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { context, received, conversations, receipts, outbox, announcer, transfers, myMessages } = this.parts;
    if (context.connection.state.state === 'online') {
      const settled = (async () => {
        await received.settled();
        await conversations.flushNotified();
        await receipts.flush();
        await outbox.idle();
      })().catch(() => {});
      await Promise.race([settled, sleep(context.clock, ms)]);
    }
    announcer.restrictTo('link');
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    transfers.close();
    outbox.close();
    myMessages.waiters.end();
  }

  #startCatchUp(): void {
    this.#clockNotice.check(this.parts.context.connection.clockSkew);
    this.parts.sync.catchUpStarted(this.#catchUp());
  }

  /** One step after the other; a step that fails does not stop the next ones. */
  async #catchUp(): Promise<void> {
    const { bus, cache, transfers, outbox, rooms, conversations, people } = this.parts;
    await bus.attempt(() => transfers.tidy());
    await bus.attempt(() => outbox.sendAll());
    for (const room of rooms.all) await bus.attempt(() => room.sync.join());
    await bus.attempt(() => conversations.sync());
    await bus.attempt(() => people.load());
    for (const { ref, keyRequests } of rooms.all)
      await bus.attempt(async () => keyRequests.askAtLogin(await cache.lockedEpochs(ref.key)));
  }

  /** Without a link the next login tries again, so the person is not told. */
  #reportFailure(error: unknown): void {
    if (this.#ended || (error instanceof ClientError && error.code === 'unreachable')) return;
    this.parts.bus.notice(error instanceof Error ? error.message : String(error));
  }
}

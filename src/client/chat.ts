/** The life of a chat: begins to listen, catches up after each login, ends its parts in order. */
import { sleep } from '../platform/clock.ts';
import { hex } from '../protocol/base/bytes.ts';
import type { Cache } from './cache/cache.ts';
import { ClockNotice } from './connection/clock-skew.ts';
import type { Conversations } from './conversations/conversations.ts';
import type { readHistory } from './conversations/history.ts';
import type { Receipts } from './conversations/receipts.ts';
import type { SyncState } from './conversations/sync-state.ts';
import { ClientError, closedBy } from './errors.ts';
import type { ClientBus } from './events/client-bus.ts';
import type { ReceivedEvents } from './events/received-events.ts';
import type { AccountContext } from './login/account-context.ts';
import type { Announcer } from './messages/announcer.ts';
import type { MessageBuilder } from './messages/message-builder.ts';
import type { MyMessages } from './messages/my-messages.ts';
import type { ConversationRef } from './notes/conversation-ref.ts';
import type { Addressees } from './outbox/addressees.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { OutboxStore } from './outbox/outbox-store.ts';
import type { People } from './people/people.ts';
import type { Presence } from './people/presence.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { Transfers } from './transfers/transfers.ts';

export type ChatParts = {
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
  mine: MyMessages;
  receipts: Receipts;
  conversations: Conversations;
  outbox: Outbox;
  sync: SyncState;
  addressees: Addressees;
  transfers: Transfers;
};

export class Chat {
  readonly parts: ChatParts;
  readonly #clockNotice: ClockNotice;
  readonly #unsubscribe: (() => void)[] = [];
  #ended = false;

  constructor(parts: ChatParts) {
    const { bus } = parts;
    this.parts = parts;
    this.#clockNotice = new ClockNotice((text) => bus.notice(text));
    bus.on('failed', (error) => this.#failed(error));
    bus.on('received', (event) => {
      if (event.method === 'closing') bus.notice(event.params.message);
    });
  }

  /** Listens, joins the rooms where this identity is not in them, and starts to take what is new. */
  async begin(): Promise<void> {
    const { context, bus, people, presence, received, mine, rooms } = this.parts;
    const { connection, keyring } = context;
    // To the end: listeners hear that the client was closed.
    connection.onState((link) => {
      bus.publish('announced', { type: 'link', link });
      const closed = link.state === 'closed' ? closedBy(link) : null;
      if (closed !== null) mine.waiters.closed(closed);
    });
    this.#unsubscribe.push(
      received.begin(),
      connection.onOnline(() => {
        void bus.attempt(() => presence.again());
        this.#online();
      }),
      keyring.onChanged((name, pinned, offered) => {
        bus.publish('announced', { type: 'key-changed', name, pinned: hex(pinned), offered: hex(offered) });
        void bus.attempt(() => people.tell(name));
      }),
    );
    // First, so that the next key is sealed to me; private messages do not wait for a room that fails.
    for (const { members, sync } of rooms.all) if (!members.joined) await bus.attempt(() => sync.join());
    this.#online();
  }

  /** Resolves when what the daemon has of `ref`, or of all conversations, is known here. */
  synced(ref: ConversationRef | null = null): Promise<void> {
    return this.parts.sync.synced(ref);
  }

  /** What reading back needs. */
  get reading(): Parameters<typeof readHistory>[0] {
    const { context, cache, messages, outboxStore } = this.parts;
    return { context, cache, messages, outbox: outboxStore };
  }

  /** After a changed key of `name` was accepted: its conversation has become another one, and messages waited for the key. */
  async accepted(name: string): Promise<void> {
    const { conversations } = this.parts;
    await conversations.accepted(name);
    this.#online();
    await this.synced();
    await conversations.retryRooms();
  }

  /** Gives what is under way `ms`, then ends everything but the connection. */
  async end(ms: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { context, received, conversations, receipts, outbox, announcer, transfers, mine } = this.parts;
    if (context.connection.state.state === 'online') {
      const settled = (async () => {
        await received.settled();
        await conversations.keepTold();
        await receipts.flush();
        await outbox.idle();
      })().catch(() => {});
      await Promise.race([settled, sleep(context.clock, ms)]);
    }
    announcer.only('link');
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    transfers.close();
    outbox.close();
    mine.waiters.end();
  }

  #online(): void {
    this.#clockNotice.look(this.parts.context.connection.clockSkew);
    this.parts.sync.began(this.#catchUp());
  }

  /** One after the other: what fails is told, and what comes after it goes on. */
  async #catchUp(): Promise<void> {
    const { bus, cache, transfers, outbox, rooms, conversations, people } = this.parts;
    await bus.attempt(() => transfers.tidy());
    await bus.attempt(() => outbox.sendAll());
    for (const room of rooms.all) await bus.attempt(() => room.sync.join());
    await bus.attempt(() => conversations.sync());
    await bus.attempt(() => people.load());
    for (const { ref, keyRequests } of rooms.all)
      await bus.attempt(async () => keyRequests.atLogin(await cache.lockedEpochs(ref.key)));
  }

  /** The next login goes on with what only lacked a link. */
  #failed(error: unknown): void {
    if (this.#ended || (error instanceof ClientError && error.code === 'unreachable')) return;
    this.parts.bus.notice(error instanceof Error ? error.message : String(error));
  }
}

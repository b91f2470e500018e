/** Starts the parts of a client, catches up after each login, and ends the parts in order. */
import { sleep } from '../platform/clock.ts';
import { hex } from '../protocol/base/bytes.ts';
import type { ClientParts } from './client-parts.ts';
import { ClockNotice } from './connection/clock-skew.ts';
import type { readHistory } from './conversations/history.ts';
import { ClientError, closedLinkError } from './errors.ts';
import type { ConversationRef } from './notes/conversation-ref.ts';

export class ClientLifecycle {
  readonly parts: ClientParts;
  readonly #clockNotice: ClockNotice;
  readonly #unsubscribe: (() => void)[] = [];
  #ended = false;
  #repinning: Promise<void> = Promise.resolve();

  constructor(parts: ClientParts) {
    const { bus } = parts;
    this.parts = parts;
    this.#clockNotice = new ClockNotice((text) => bus.notice(text));
    bus.on('failed', (error) => this.#reportFailure(error));
    bus.on('repinned', (name) => {
      this.#repinning = this.#repinning.then(() => bus.attempt(() => this.#keyAccepted(name)));
    });
    bus.on('received', (event) => {
      if (event.method === 'closing') bus.notice(event.params.message);
    });
  }

  /** Subscribes to the connection, joins the rooms, and starts to catch up in the background. */
  async start(): Promise<void> {
    const { context, bus, people, presence, accountDevices, decisions, received, myMessages, rooms } = this.parts;
    const { connection, keyring } = context;
    // Stays subscribed to the end: listeners get the state `closed`.
    connection.onState((link) => {
      bus.publish('announced', { type: 'link', link });
      const closed = link.state === 'closed' ? closedLinkError(link) : null;
      if (closed !== null) myMessages.waiters.failAll(closed);
    });
    this.#unsubscribe.push(
      received.begin(),
      connection.onOnline(({ shared }) => {
        decisions.loggedIn(shared);
        void bus.attempt(() => presence.resendAway());
        this.#startCatchUp();
      }),
      keyring.onChanged((name, pinned, offered) => {
        bus.publish('announced', { type: 'key-changed', name, pinned: hex(pinned), offered: hex(offered) });
        void bus.attempt(() => people.announce(name));
      }),
      keyring.onMet((name, idFp) => decisions.met(name, idFp)),
    );
    // First, so that this device meets nobody whom another one knows.
    await bus.attempt(() => decisions.begin());
    // Join first, so that the next epoch is sealed to this identity. An error in one room does not stop the rest.
    for (const { members, sync } of rooms.all) if (!members.joined) await bus.attempt(() => sync.join());
    await bus.attempt(() => accountDevices.begin());
    this.#startCatchUp();
  }

  /** Resolves when this client has caught up in `ref` or, by default, in all conversations. */
  synced(ref: ConversationRef | null = null): Promise<void> {
    return this.parts.sync.synced(ref);
  }

  /** The parts that `readHistory` needs. */
  get historyParts(): Parameters<typeof readHistory>[0] {
    const { context, cache, messages, outboxStore } = this.parts;
    return { context, cache, messages, outbox: outboxStore };
  }

  /** Resolves when the conversations with all people whose keys were accepted are those of the new keys. */
  async keysTaken(): Promise<void> {
    await this.#repinning;
  }

  /** Waits up to `ms` for work in progress, then ends all parts except the connection. */
  async end(ms: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const { context, received, conversations, receipts, outbox, announcer, transfers, myMessages } = this.parts;
    const { accountDevices, decisions } = this.parts;
    if (context.connection.state.state === 'online') {
      const settled = (async () => {
        await received.settled();
        await conversations.flushNotified();
        await receipts.flush();
        await outbox.idle();
        await decisions.settled();
      })().catch(() => {});
      await Promise.race([settled, sleep(context.clock, ms)]);
    }
    announcer.restrictTo('link');
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    transfers.close();
    accountDevices.close();
    decisions.close();
    outbox.close();
    myMessages.waiters.end();
  }

  /** Another identity of `name` is pinned now: starts the new conversation, and opens messages that waited for the key. */
  async #keyAccepted(name: string): Promise<void> {
    const { conversations } = this.parts;
    await conversations.keyAccepted(name);
    this.#startCatchUp();
    await this.synced();
    await conversations.retryRooms();
  }

  #startCatchUp(): void {
    this.#clockNotice.check(this.parts.context.connection.clockSkew);
    this.parts.sync.catchUpStarted(this.#catchUp());
  }

  /** Runs the steps in order. An error in one step does not stop the next ones. */
  async #catchUp(): Promise<void> {
    const { bus, cache, transfers, outbox, rooms, conversations, accountDevices, decisions, people } = this.parts;
    await bus.attempt(() => decisions.synchronize());
    await bus.attempt(() => transfers.tidy());
    await bus.attempt(() => outbox.sendAll());
    for (const room of rooms.all) await bus.attempt(() => room.sync.join());
    await bus.attempt(() => conversations.sync());
    await bus.attempt(() => accountDevices.check());
    await bus.attempt(() => people.load());
    for (const { ref, keyRequests } of rooms.all)
      await bus.attempt(async () => keyRequests.askAtLogin(await cache.lockedEpochs(ref.key)));
  }

  /** Shows the error as a notice, except when only the link is missing: the next login tries again. */
  #reportFailure(error: unknown): void {
    if (this.#ended || (error instanceof ClientError && error.code === 'unreachable')) return;
    this.parts.bus.notice(error instanceof Error ? error.message : String(error));
  }
}

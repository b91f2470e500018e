/**
 * Messages that this person sends: stores them in the outbox, and announces how each fares until it is in its conversation; also
 * resolves the promises that wait for one.
 */
import { hex } from '../../protocol/base/bytes.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import type { ClientBus, ClientBusEvents } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { OwnDevices } from '../outbox/own-devices.ts';
import type { Message } from '../types.ts';
import { MessageWaiters } from './message-waiters.ts';
import type { ShownMessages } from './shown-messages.ts';

const ID_BYTES = 16;

export class MyMessages {
  readonly waiters = new MessageWaiters();
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #store: OutboxStore;
  readonly #devices: Pick<OwnDevices, 'current'>;
  readonly #messages: ShownMessages;

  constructor(
    context: ClientContext,
    bus: ClientBus,
    store: OutboxStore,
    devices: Pick<OwnDevices, 'current'>,
    messages: ShownMessages,
  ) {
    this.#context = context;
    this.#bus = bus;
    this.#store = store;
    this.#devices = devices;
    this.#messages = messages;
    bus.on('sent', (event) => this.#sent(event));
    bus.on('refused', (event) => this.#refused(event));
    bus.on('stalled', ({ item, error }) => this.waiters.failed(item.id, error, 'it waits to be sent'));
    bus.on('stored', (ref) => this.#stored(ref));
  }

  /** A new random message id, 32 hex digits. */
  newId(): string {
    return hex(this.#context.profile.random(ID_BYTES));
  }

  /**
   * Stores a message in the outbox and starts sending it.
   * @param file the file's id, hex, when the content is a manifest @throws ClientError 'refused' when the outbox is full
   */
  async queue(
    ref: ConversationRef,
    content: Content,
    { id = this.newId(), file = null }: { id?: string; file?: string | null } = {},
  ): Promise<Message> {
    const at = this.#context.clock.now();
    const item = await this.#store.add(ref, { device: this.#devices.current, id, at, content, file });
    const message = this.#announce(ref, item, true);
    this.#bus.publish('queued', ref);
    return message ?? this.#messages.placeholder(ref, item);
  }

  /** As `queue`; `reached` resolves when the message reached `until`. Its rejection may stay unhandled. */
  async send(
    ref: ConversationRef,
    content: Content,
    { until, file = null }: { until: 'sent' | 'delivered'; file?: string | null },
  ): Promise<{ reached: Promise<Message> }> {
    const id = this.newId();
    const reached = this.waiters.waitFor(id, until);
    reached.catch(() => {});
    await this.queue(ref, content, { id, file });
    return { reached };
  }

  /** Sends a failed message again, as the newest of the conversation. */
  async retry(ref: ConversationRef, id: string): Promise<void> {
    await this.#store.retry(ref, id, this.#devices.current);
    const again = await this.#store.find(ref.key, id);
    if (again !== null) this.#announce(ref, again, true);
    this.#bus.publish('queued', ref);
  }

  /** Takes a failed message out of the outbox. */
  async drop({ conversation, author, id }: Pick<Message, 'conversation' | 'author' | 'id'>): Promise<void> {
    await this.#store.drop(id);
    this.#bus.publish('announced', { type: 'withdrawn', conversation, author, id });
  }

  /** Announces the message of an item; null for an edit, a delete, a reaction or a receipt. */
  #announce(ref: ConversationRef, item: OutboxItem, fresh: boolean): Message | null {
    const message = this.#messages.queued(ref, item);
    if (message !== null) this.#bus.publish('announced', { type: 'message', message, fresh });
    return message;
  }

  #sent({ ref, item }: ClientBusEvents['sent']): void {
    const message = this.#announce(ref, item, false);
    if (message === null) return;
    // A note to myself is delivered when it is stored.
    const isToMe = ref.kind === 'private' && ref.with === this.#context.keyring.me.name;
    this.waiters.reached(isToMe ? { ...message, state: 'delivered' } : message);
  }

  async #refused({ ref, item, error }: ClientBusEvents['refused']): Promise<void> {
    const message = this.#announce(ref, item, false);
    const sentence = item.error ?? 'it was refused';
    this.waiters.failed(item.id, error, sentence);
    if (message !== null) return;
    // An edit or a reaction has no message that could show that it failed.
    if (item.content.kind !== 'receipt')
      this.#bus.notice(`the ${item.content.kind} in ${ref.name} was not sent: ${sentence}`);
    await this.#store.drop(item.id);
  }

  /** More entries are stored: the answer to a request may be lost, or another process of this profile may have sent the message. */
  async #stored(ref: ConversationRef): Promise<void> {
    for (const message of await this.#messages.storedOwn(ref, this.waiters.ids)) this.waiters.reached(message);
  }
}

/**
 * Folder `outbox`: what is written and not yet stored by the daemon, and its sending in order; it does not know how a channel
 * seals. Sends queued items, in order within each conversation: seals, stores and sends each one, and sends the same bytes
 * again until the daemon answers. An item belongs to the device that it is written as; a process sends the items of the
 * devices that it holds, and, at each login, those that an ended process left behind. How an item is sealed and sent is its
 * conversation's Channel's business.
 */

import { sleep } from '../../platform/clock.ts';
import { Refusal, type RefusalCode } from '../../protocol/base/errors.ts';
import { ClientError, isFinal, isTemporary } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import {
  type ConversationRef,
  isUnresolved,
  recipientOf,
  unresolvedKey,
  unresolvedRef,
} from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { Channel, ChannelLookup } from './channel.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { OwnDevices } from './own-devices.ts';

/**
 * How often an item is sealed anew after refusals: a daemon that always refuses must not keep the client busy. A room's key may change
 * more often than a card or a number.
 */
const MAX_ATTEMPTS: { [C in RefusalCode]?: number } = { 'stale-card': 6, order: 6, 'stale-epoch': 20 };
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** The person hears only of pauses that are at least this long. */
const TOLD_WAIT_MS = 4000;

export class Outbox {
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #store: OutboxStore;
  readonly #devices: OwnDevices;
  readonly #channels: ChannelLookup;
  /** The running loops, by conversation and device. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** Lanes to which items were added while their loop was running. */
  readonly #again = new Set<string>();
  /** How often each item was refused, by its number; its device may change meanwhile. */
  readonly #attempts = new Map<number, number>();
  #closed = false;
  #busyTold = false;

  constructor(
    context: ClientContext,
    bus: ClientBus,
    store: OutboxStore,
    devices: OwnDevices,
    channels: ChannelLookup,
  ) {
    this.#context = context;
    this.#bus = bus;
    this.#store = store;
    this.#devices = devices;
    this.#channels = channels;
    bus.on('queued', (ref) => this.#start(ref, devices.current));
  }

  /** Call after each login. Sends everything that waits, as devices of this process and as devices that no process holds. */
  async sendAll(): Promise<void> {
    for (const { conversation, recipient, device } of await this.#store.waiting()) {
      if (!this.#devices.adopt(device)) continue;
      await this.#bus.attempt(async () => {
        const isUnmet = conversation === unresolvedKey(recipient);
        const ref = isUnmet ? unresolvedRef(recipient) : (await this.#channels.find(conversation, recipient))?.ref;
        if (ref !== undefined) this.#start(ref, device);
      });
      this.#releaseIdle(device);
    }
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
  }

  close(): void {
    this.#closed = true;
    this.#devices.close();
  }

  /** Starts sending what waits in a conversation as `device`. */
  #start(ref: ConversationRef, device: number): void {
    const lane = `${ref.key}/${device}`;
    if (this.#lanes.has(lane)) {
      this.#again.add(lane);
      return;
    }
    if (this.#closed || this.#context.connection.state.state !== 'online') return;
    const run = (
      isUnresolved(ref) ? this.#resolveRecipient(ref, device) : this.#sendWaiting(this.#channels.of(ref), device)
    )
      .catch((error: unknown) => this.#bus.publish('failed', error))
      .finally(() => {
        this.#lanes.delete(lane);
        if (this.#again.delete(lane)) this.#start(ref, device);
        else this.#releaseIdle(device);
      });
    this.#lanes.set(lane, run);
  }

  async #sendWaiting(channel: Channel, device: number): Promise<void> {
    const { ref } = channel;
    await this.#store.moveResolved(ref, device);
    let waits = 0;
    while (!this.#closed && this.#context.connection.state.state === 'online') {
      const item = await this.#store.next(ref.key, device);
      if (item === null || this.#closed) return;
      try {
        await this.#attempt(channel, item);
        waits = 0;
      } catch (error) {
        // After close the error says nothing about the message, and another process may hold its device.
        if (this.#closed || (error instanceof ClientError && error.code === 'unreachable')) return;
        if (isTemporary(error)) {
          await this.#pause(waits++, error);
          continue;
        }
        if (!isFinal(error)) return this.#stall(item, stalledError(ref, error));
        await this.#fail(ref, item, error);
      }
    }
  }

  /** Asks the daemon about a recipient that this profile has not met. Their items then move to the conversation with them, or fail. */
  async #resolveRecipient(unresolved: ConversationRef, device: number): Promise<void> {
    for (let waits = 0; !this.#closed && this.#context.connection.state.state === 'online'; ) {
      try {
        const channel = await this.#channels.find(unresolved.key, recipientOf(unresolved));
        if (channel !== null) this.#start(channel.ref, device);
        return;
      } catch (error) {
        if (this.#closed || (error instanceof ClientError && error.code === 'unreachable')) return;
        if (isTemporary(error)) await this.#pause(waits++, error);
        else if (isFinal(error)) return this.#failAll(unresolved, device, error);
        else throw stalledError(unresolved, error);
      }
    }
  }

  async #failAll(ref: ConversationRef, device: number, error: unknown): Promise<void> {
    for (;;) {
      const item = await this.#store.next(ref.key, device);
      if (item === null) return;
      await this.#fail(ref, item, error);
    }
  }

  async #fail(ref: ConversationRef, item: OutboxItem, error: unknown): Promise<void> {
    this.#attempts.delete(item.n);
    const sentence = sentenceOf(error);
    await this.#store.fail(item, sentence);
    this.#bus.publish('refused', { ref, item: { ...item, state: 'failed', error: sentence }, error });
  }

  /** Sending goes on with the next message, or after the next login. */
  #stall(item: OutboxItem, error: ClientError): void {
    this.#bus.publish('failed', error);
    this.#bus.publish('stalled', { item, error });
  }

  /** Sends the item. After a refusal that a new sealing may solve, it stays the next item. @throws any other error */
  async #attempt(channel: Channel, item: OutboxItem): Promise<void> {
    try {
      await this.#sendOne(channel, item);
      this.#attempts.delete(item.n);
      this.#busyTold = false;
    } catch (error) {
      if (this.#closed || !(error instanceof Refusal) || !(await this.#prepareAgain(channel, item, error.code)))
        throw error;
    }
  }

  /** The daemon is busy: waits before the same bytes are sent again. The person hears of a long pause, once until something is sent. */
  async #pause(waits: number, { message }: Refusal): Promise<void> {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits);
    if (ms >= TOLD_WAIT_MS && !this.#busyTold) {
      this.#busyTold = true;
      const error = new ClientError('refused', `what you send waits, and goes out by itself: ${message}`);
      this.#bus.publish('failed', error);
    }
    await sleep(this.#context.clock, ms);
  }

  async #sendOne(channel: Channel, item: OutboxItem): Promise<void> {
    const { ref } = channel;
    let sealed = item.sealed;
    if (sealed === null) {
      const last = await this.#store.chainEnd(ref.key, item.device);
      const position = {
        device: item.device,
        deviceSeq: last.seq + 1,
        prev: last.hash,
        seen: await channel.seen(),
      };
      sealed = { ...(await channel.seal(item, position)), deviceSeq: position.deviceSeq };
      if (this.#closed) return;
      await this.#store.seal(item, sealed);
      if (this.#closed) return;
    }
    const now = { ...item, sealed };
    const { seq, at } = await channel.send(now, sealed.bytes);
    await this.#store.markPlaced(now, seq, at);
    const placed: OutboxItem = { ...now, state: 'placed', seq, placedAt: at };
    this.#bus.publish('sent', { ref, item: placed, entry: channel.entryOf(placed) });
  }

  /** Prepares the item for a new sealing after a refusal. @returns false when that cannot help */
  async #prepareAgain(channel: Channel, item: OutboxItem, code: RefusalCode): Promise<boolean> {
    const { ref } = channel;
    const attempts = (this.#attempts.get(item.n) ?? 0) + 1;
    if (attempts >= (MAX_ATTEMPTS[code] ?? 0)) return false;
    await channel.refresh(code);
    if (this.#closed) return true;
    this.#attempts.set(item.n, attempts);
    if (code !== 'order') {
      await this.#store.unseal(item);
      return true;
    }
    const last = await this.#store.chainEnd(ref.key, item.device);
    // The daemon has another number for this device, and the conversation does not explain it: a copied profile, or a lost answer.
    if (attempts > 1 || last.seq + 1 === item.sealed?.deviceSeq) {
      await this.#devices.replace(item.device);
      await this.#store.unseal(item, this.#devices.current);
      this.#start(ref, this.#devices.current);
    } else await this.#store.unseal(item);
    return true;
  }

  #releaseIdle(device: number): void {
    if (![...this.#lanes.keys()].some((lane) => lane.endsWith(`/${device}`))) this.#devices.release(device);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof ClientError) return error.message;
  return `it could not be sealed: ${messageOf(error)}`;
}

function stalledError(ref: ConversationRef, error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const why = messageOf(error);
  return new ClientError('refused', `what you send to ${ref.name} waits: ${why}; it goes out with the next one`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

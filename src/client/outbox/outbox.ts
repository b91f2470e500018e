/**
 * Sends what is queued, in order in each conversation: sealed, stored, sent, and sent again byte for byte until the
 * daemon has answered. A row belongs to the device it is written as; a process drains the rows of the devices that it
 * leases, and at each login also those that a process left behind when it ended.
 */

import { sleep } from '../../platform/clock.ts';
import { Refusal, type RefusalCode } from '../../protocol/base/errors.ts';
import { ClientError, isFinal, isPassing } from '../errors.ts';
import type { AccountContext } from '../login/account-context.ts';
import { type ChainPosition, type ConversationRef, isUnmet, unmetKey, unmetRef } from '../notes/private-notes.ts';
import type { DeviceLease } from '../profile/device-lock.ts';
import type { OutboxStore, Queued } from './outbox-store.ts';

/**
 * Sealed anew after refusals at most this often: a daemon that always refuses must not keep a client busy. Others may change a room's
 * key more often than a card or a number.
 */
const MAX_ATTEMPTS: { [C in RefusalCode]?: number } = { 'stale-card': 6, order: 6, 'stale-epoch': 20 };
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A shorter pause is over before anybody wonders. */
const TOLD_WAIT_MS = 4000;

export type Mail = {
  /** The bytes for one item at its place in the chain. */
  seal(place: ConversationRef, item: Queued, turn: ChainPosition): Promise<{ bytes: Uint8Array; hash: Uint8Array }>;
  send(place: ConversationRef, item: Queued, bytes: Uint8Array): Promise<{ seq: number; at: number }>;
  /** What `seen` of the next item names. */
  seen(place: ConversationRef): Promise<readonly Uint8Array[]>;
  /** After a refusal: brings card, epoch or conversation up to date. */
  refresh(place: ConversationRef, code: RefusalCode): Promise<void>;
  /** The daemon took it: my item stands in its conversation now. */
  placed(place: ConversationRef, item: Queued): void;
  /** @param error why it failed */
  changed(place: ConversationRef, item: Queued, error?: unknown): void;
  placeOf(conversation: string, recipient: string): Promise<ConversationRef | null>;
  /**
   * What is sent has to wait: it goes on by itself, with the next message, or after the next login.
   * @param item the one that sending stopped at
   */
  trouble(error: unknown, item?: Queued): void;
};

export class Outbox {
  readonly #context: AccountContext;
  readonly #store: OutboxStore;
  readonly #mail: Mail;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  /** How often an item was refused, by its number; it may go on as another device meanwhile. */
  readonly #attempts = new Map<number, number>();
  readonly #orphans = new Map<number, DeviceLease>();
  readonly #leases: DeviceLease[];
  #device: number;
  #closed = false;
  #busyTold = false;

  constructor(context: AccountContext, store: OutboxStore, lease: DeviceLease, mail: Mail) {
    this.#context = context;
    this.#store = store;
    this.#mail = mail;
    this.#leases = [lease];
    this.#device = lease.device;
    store.leased.add(lease.device);
  }

  /** The device that new items are written as. */
  get device(): number {
    return this.#device;
  }

  /** Starts sending what waits in a conversation. */
  kick(place: ConversationRef, device = this.#device): void {
    const lane = `${place.key}/${device}`;
    if (this.#lanes.has(lane)) {
      this.#again.add(lane);
      return;
    }
    if (this.#closed || this.#context.connection.state.state !== 'online') return;
    const run = (isUnmet(place) ? this.#meet(place, device) : this.#drain(place, device))
      .catch((error: unknown) => this.#mail.trouble(error))
      .finally(() => {
        this.#lanes.delete(lane);
        if (this.#again.delete(lane)) this.kick(place, device);
        else this.#releaseOrphan(device);
      });
    this.#lanes.set(lane, run);
  }

  /** After each login: everything that waits for a device of this process or for one that nobody holds. */
  async kickAll(): Promise<void> {
    for (const { conversation, recipient, device } of await this.#store.waiting()) {
      if (!this.#store.leased.has(device)) {
        const lease = this.#context.profile.devices.take(device);
        if (lease === null) continue;
        this.#orphans.set(device, lease);
        this.#store.leased.add(device);
      }
      try {
        const place =
          conversation === unmetKey(recipient)
            ? unmetRef(recipient)
            : await this.#mail.placeOf(conversation, recipient);
        if (place !== null) this.kick(place, device);
      } catch (error) {
        this.#mail.trouble(error);
      }
      this.#releaseOrphan(device);
    }
  }

  /** Somebody else used this device's numbers (a copied profile): goes on as another one, never as this again. */
  async changeDevice(clashed: number): Promise<void> {
    if (clashed !== this.#device) return;
    const { devices } = this.#context.profile;
    await devices.retire(clashed);
    const lease = await devices.lease();
    this.#leases.push(lease);
    this.#store.leased.add(lease.device);
    this.#device = lease.device;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    while (this.#lanes.size > 0) await Promise.all(this.#lanes.values());
  }

  close(): void {
    this.#closed = true;
    for (const lease of [...this.#leases, ...this.#orphans.values()]) lease.release();
  }

  async #drain(place: ConversationRef, device: number): Promise<void> {
    await this.#store.met(place, device);
    let waits = 0;
    while (!this.#closed && this.#context.connection.state.state === 'online') {
      const item = await this.#store.next(place.key, device);
      if (item === null || this.#closed) return;
      try {
        await this.#attempt(place, item);
        waits = 0;
      } catch (error) {
        // Closed: whatever failed says nothing of the message, and its device may be another process's by now.
        if (this.#closed || (error instanceof ClientError && error.code === 'unreachable')) return;
        if (isPassing(error)) {
          await this.#pause(waits++, error);
          continue;
        }
        if (!isFinal(error)) return this.#mail.trouble(stoppedAt(place, error), item);
        await this.#fail(place, item, error);
      }
    }
  }

  /** Asks who that is, now that there is a link: what was written to them goes on in their conversation, or fails. */
  async #meet(unmet: ConversationRef, device: number): Promise<void> {
    for (let waits = 0; !this.#closed && this.#context.connection.state.state === 'online'; ) {
      try {
        const place = await this.#mail.placeOf(unmet.key, unmet.with ?? '');
        if (place !== null) this.kick(place, device);
        return;
      } catch (error) {
        if (this.#closed || (error instanceof ClientError && error.code === 'unreachable')) return;
        if (isPassing(error)) await this.#pause(waits++, error);
        else if (isFinal(error)) return this.#failAll(unmet, device, error);
        else return this.#mail.trouble(stoppedAt(unmet, error));
      }
    }
  }

  async #failAll(place: ConversationRef, device: number, error: unknown): Promise<void> {
    for (;;) {
      const item = await this.#store.next(place.key, device);
      if (item === null) return;
      await this.#fail(place, item, error);
    }
  }

  async #fail(place: ConversationRef, item: Queued, error: unknown): Promise<void> {
    this.#attempts.delete(item.n);
    const sentence = sentenceOf(error);
    await this.#store.fail(item, sentence);
    this.#mail.changed(place, { ...item, state: 'failed', error: sentence }, error);
  }

  /** Sends it, or answers a refusal that a new sealing may answer: then it is the next one again. */
  async #attempt(place: ConversationRef, item: Queued): Promise<void> {
    try {
      await this.#sendOne(place, item);
      this.#attempts.delete(item.n);
      this.#busyTold = false;
    } catch (error) {
      if (this.#closed || !(error instanceof Refusal) || !(await this.#answer(place, item, error.code))) throw error;
    }
  }

  /** The daemon is busy for now: the same bytes again, later. A longer pause is told, once until something is sent. */
  async #pause(waits: number, { message }: Refusal): Promise<void> {
    const ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits);
    if (ms >= TOLD_WAIT_MS && !this.#busyTold) {
      this.#busyTold = true;
      this.#mail.trouble(new ClientError('refused', `what you send waits, and goes out by itself: ${message}`));
    }
    await sleep(this.#context.clock, ms);
  }

  async #sendOne(place: ConversationRef, item: Queued): Promise<void> {
    let sealed = item.sealed;
    if (sealed === null) {
      const last = await this.#store.last(place.key, item.device);
      const turn = {
        device: item.device,
        deviceSeq: last.seq + 1,
        prev: last.hash,
        seen: await this.#mail.seen(place),
      };
      sealed = { ...(await this.#mail.seal(place, item, turn)), deviceSeq: turn.deviceSeq };
      if (this.#closed) return;
      await this.#store.seal(item, sealed);
      if (this.#closed) return;
    }
    const now = { ...item, sealed };
    const { seq, at } = await this.#mail.send(place, now, sealed.bytes);
    await this.#store.placed(now, seq, at);
    const placed: Queued = { ...now, state: 'placed', seq, placedAt: at };
    this.#mail.changed(place, placed);
    this.#mail.placed(place, placed);
  }

  /** @returns whether a new sealing may help */
  async #answer(place: ConversationRef, item: Queued, code: RefusalCode): Promise<boolean> {
    const attempts = (this.#attempts.get(item.n) ?? 0) + 1;
    if (attempts >= (MAX_ATTEMPTS[code] ?? 0)) return false;
    await this.#mail.refresh(place, code);
    if (this.#closed) return true;
    this.#attempts.set(item.n, attempts);
    if (code !== 'order') {
      await this.#store.unseal(item);
      return true;
    }
    const last = await this.#store.last(place.key, item.device);
    // The daemon has another number than this profile, and the conversation does not explain it: a copied profile, or a
    // lost answer.
    if (attempts > 1 || last.seq + 1 === item.sealed?.deviceSeq) {
      await this.changeDevice(item.device);
      await this.#store.unseal(item, this.#device);
      this.kick(place);
    } else await this.#store.unseal(item);
    return true;
  }

  #releaseOrphan(device: number): void {
    const lease = this.#orphans.get(device);
    if (lease === undefined || [...this.#lanes.keys()].some((lane) => lane.endsWith(`/${device}`))) return;
    this.#orphans.delete(device);
    this.#store.leased.delete(device);
    lease.release();
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof ClientError) return error.message;
  return `it could not be sealed: ${messageOf(error)}`;
}

function stoppedAt(place: ConversationRef, error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  const why = messageOf(error);
  return new ClientError('refused', `what you send to ${place.name} waits: ${why}; it goes out with the next one`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The broadcasts of one room: each event is sealed once and sent to all sessions in the room.
 *
 * 1. A session receives every record of a key in order, from the first one after it received the key. A session that
 *    lags too far behind is closed by its link; it never skips a record.
 * 2. A record of each session's own link follows a broadcast within MARK_MS: only then does the client trust its order
 *    and time.
 * 3. The key changes before the next broadcast after somebody left the room or was removed, banned or logged out;
 *    within RETIRE_MS after any session ended; and when the key has reached its limits.
 */

import type { Clock } from '../../platform/clock.ts';
import { type Broadcast, BroadcastSealer, type RoomKey } from '../../protocol/link/broadcast.ts';
import type { Flushable, Flusher } from '../../protocol/link/flusher.ts';
import { LARGE_RECORD, type RecordLimits, recordLimits } from '../../protocol/link/record-format.ts';

/**
 * Milliseconds from a broadcast to the mark that confirms it. The client gives up after 5 s
 * (broadcast-confirmation.ts).
 */
export const MARK_MS = 3_000;
/** Milliseconds without a broadcast after which an event goes by each session's own link and confirms all before it. */
export const QUIET_MS = 2_000;
/** Milliseconds that a key stays in use after one of its sessions ended. */
export const RETIRE_MS = 45_000;
const PREFIX = 4;

/** The part of a Link that broadcasts use. */
export interface BroadcastLink {
  setRoomKey(key: RoomKey): void;
  dropRoom(room: Uint8Array): void;
  broadcast(broadcast: Broadcast): void;
  mark(): void;
}

/** The part of a session that broadcasts use. */
export interface Subscriber {
  readonly link: BroadcastLink;
  send(event: Uint8Array): void;
}

export type BroadcastChannelParts = {
  clock: Clock;
  flusher: Flusher;
  /** A fresh key, and a generation number that no room of this daemon used before. */
  newKey(): { gen: number; key: Uint8Array };
  limits?: RecordLimits;
};

export class BroadcastChannel implements Flushable {
  due = 0;
  readonly #room: Uint8Array;
  readonly #parts: BroadcastChannelParts;
  readonly #subscribers = new Set<Subscriber>();
  /** null while nobody is in the room. */
  #sealer: BroadcastSealer | null = null;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #vouchedAt = Number.NEGATIVE_INFINITY;
  #mustRotate = false;
  #cancelMark: (() => void) | null = null;
  #cancelRetire: (() => void) | null = null;

  constructor(room: Uint8Array, parts: BroadcastChannelParts) {
    this.#room = room;
    this.#parts = parts;
  }

  add(subscriber: Subscriber): void {
    if (this.#subscribers.has(subscriber)) return;
    if (this.#sealer === null) this.#sealer = this.#newSealer();
    this.#subscribers.add(subscriber);
    subscriber.link.setRoomKey(this.#sealer.roomKey);
  }

  /** Removes a session whose person left the room. */
  expel(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) return;
    // Events posted before the departure still belong to this session.
    this.flush();
    this.remove(subscriber, true);
    subscriber.link.dropRoom(this.#room);
  }

  /** Removes a session that ends. @param atOnce its key must not seal anything more */
  remove(subscriber: Subscriber, atOnce: boolean): void {
    if (!this.#subscribers.delete(subscriber)) return;
    if (this.#subscribers.size === 0) {
      this.#stop();
      return;
    }
    this.#mustRotate ||= atOnce;
    this.#cancelRetire ??= this.#parts.clock.after(RETIRE_MS, () => this.#rotate());
  }

  /** Sends an event to everybody in the room. Only for events that prove themselves without the daemon. */
  post(event: Uint8Array): void {
    const now = this.#parts.clock.monotonic();
    const quiet = this.#pending.length === 0 && now - this.#vouchedAt >= QUIET_MS;
    if (this.#subscribers.size < 2 || quiet) {
      for (const subscriber of this.#subscribers) subscriber.send(event);
      this.#vouched(now);
      return;
    }
    const size = PREFIX + event.length;
    if (this.#pendingBytes + size > LARGE_RECORD) this.flush();
    this.#pendingBytes += size;
    if (this.#pending.push(event) === 1) this.#parts.flusher.schedule(this);
  }

  /** Seals and writes the pending events as one record. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const content = Buffer.alloc(this.#pendingBytes);
    let at = 0;
    for (const event of this.#pending) {
      at = content.writeUInt32BE(event.length, at);
      content.set(event, at);
      at += event.length;
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    if (this.#mustRotate || this.#sealer?.isExhausted(content.length)) this.#rotate();
    const broadcast = this.#sealer?.seal(content);
    if (broadcast === undefined) return;
    for (const subscriber of this.#subscribers) subscriber.link.broadcast(broadcast);
    this.#cancelMark ??= this.#parts.clock.after(MARK_MS, () => this.#mark());
  }

  #mark(): void {
    for (const subscriber of this.#subscribers) subscriber.link.mark();
    this.#vouched(this.#parts.clock.monotonic());
  }

  /** Each link sends a record of its own now, which confirms all broadcasts so far. */
  #vouched(now: number): void {
    this.#vouchedAt = now;
    this.#cancelMark?.();
    this.#cancelMark = null;
  }

  #rotate(): void {
    this.#mustRotate = false;
    this.#cancelRetire?.();
    this.#cancelRetire = null;
    const sealer = this.#newSealer();
    this.#sealer = sealer;
    for (const subscriber of this.#subscribers) subscriber.link.setRoomKey(sealer.roomKey);
    this.#vouched(this.#parts.clock.monotonic());
  }

  #newSealer(): BroadcastSealer {
    const { clock, newKey, limits = recordLimits } = this.#parts;
    return new BroadcastSealer({ room: this.#room, ...newKey() }, clock, limits);
  }

  #stop(): void {
    this.#sealer = null;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#mustRotate = false;
    this.#cancelMark?.();
    this.#cancelMark = null;
    this.#cancelRetire?.();
    this.#cancelRetire = null;
  }
}

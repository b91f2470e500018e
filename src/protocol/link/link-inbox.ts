/** What a link received, held in order until somebody takes it. */
import { ProtocolError } from '../base/errors.ts';

/** How a link ended: closed by one of the ends, cut, or given up because of what came over it. */
export type LinkEnd = 'closed' | 'lost' | ProtocolError;

export type Received =
  | { kind: 'message'; message: Uint8Array }
  | { kind: 'broadcast'; room: Uint8Array; message: Uint8Array }
  | { kind: 'confirmed' }
  | { kind: 'segment'; transfer: number; index: number; bytes: Uint8Array }
  | { kind: 'end'; end: LinkEnd };

export class LinkInbox {
  onMessage: ((message: Uint8Array) => void) | null = null;
  onSegment: ((transfer: number, index: number, bytes: Uint8Array) => void) | null = null;
  onBroadcast: ((room: Uint8Array, message: Uint8Array) => void) | null = null;
  onConfirmed: (() => void) | null = null;
  onClose: ((end: LinkEnd) => void) | null = null;
  paused = false;
  #held: Received[] = [];
  #delivering = false;
  #holding = false;
  #ended = false;
  readonly #onHolding: () => void;
  readonly #onError: (error: ProtocolError) => void;

  /** `onHolding` is told when an item has to wait, and when none waits any more; `onError` what a handler throws. */
  constructor(o: { onHolding: () => void; onError: (error: ProtocolError) => void }) {
    this.#onHolding = o.onHolding;
    this.#onError = o.onError;
  }

  /** Nothing more may be put now, except the end. */
  get full(): boolean {
    return this.paused || this.#held.length > 0;
  }

  /** Nothing comes after the end. */
  put(item: Received): void {
    if (this.#ended) return;
    this.#ended = item.kind === 'end';
    this.#held.push(item);
    this.deliver();
  }

  /** After a handler was set: a microtask later, so that its neighbours are set too. */
  deliverSoon(): void {
    if (this.#held.length > 0) queueMicrotask(() => this.deliver());
  }

  /** Gives what can be given. All but messages and the end is dropped when messages are listened to and it is not. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let item = this.#held[0]; item && this.#wanted(item); item = this.#held[0]) {
        this.#held.shift();
        this.#give(item);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#delivering = false;
      this.#onError(error);
      return;
    } finally {
      this.#delivering = false;
    }
    const holding = this.#held.length > 0;
    if (holding === this.#holding) return;
    this.#holding = holding;
    this.#onHolding();
  }

  /** Gives up what waits and tells the end, paused or not. */
  abandon(end: LinkEnd): void {
    this.#held = [];
    this.paused = false;
    this.put({ kind: 'end', end });
  }

  #wanted(item: Received): boolean {
    if (this.paused) return false;
    return item.kind === 'end' ? this.onClose !== null : this.onMessage !== null;
  }

  #give(item: Received): void {
    if (item.kind === 'end') this.onClose?.(item.end);
    else if (item.kind === 'message') this.onMessage?.(item.message);
    else if (item.kind === 'broadcast') this.onBroadcast?.(item.room, item.message);
    else if (item.kind === 'confirmed') this.onConfirmed?.();
    else this.onSegment?.(item.transfer, item.index, item.bytes);
  }
}

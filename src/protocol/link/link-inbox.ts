/** Received items of a link, kept in order until a handler takes them. */
import { ProtocolError } from '../base/errors.ts';

/** How a link ended: closed in order, lost, or given up because of a received error. */
export type LinkEnd = 'closed' | 'lost' | ProtocolError;

export type ReceivedItem =
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
  #held: ReceivedItem[] = [];
  #delivering = false;
  #holding = false;
  #ended = false;
  readonly #onHolding: () => void;
  readonly #onError: (error: ProtocolError) => void;

  /**
   * @param o `onHolding` is called when the first item has to wait and when none waits any more, `onError` with what a
   * handler throws
   */
  constructor(o: { onHolding: () => void; onError: (error: ProtocolError) => void }) {
    this.#onHolding = o.onHolding;
    this.#onError = o.onError;
  }

  /** Whether only the end may be added now. */
  get full(): boolean {
    return this.paused || this.#held.length > 0;
  }

  /** Ignores everything after the end. */
  put(item: ReceivedItem): void {
    if (this.#ended) return;
    this.#ended = item.kind === 'end';
    this.#held.push(item);
    this.deliver();
  }

  /** Delivers in a microtask after a handler was set, so that the other handlers can be set too. */
  deliverSoon(): void {
    if (this.#held.length > 0) queueMicrotask(() => this.deliver());
  }

  /**
   * Delivers what handlers can take. With a message handler set, other items without a handler are dropped; the end
   * waits.
   */
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

  /** Drops waiting items and delivers the end, even when paused. */
  abandon(end: LinkEnd): void {
    this.#held = [];
    this.paused = false;
    this.put({ kind: 'end', end });
  }

  #wanted(item: ReceivedItem): boolean {
    if (this.paused) return false;
    return item.kind === 'end' ? this.onClose !== null : this.onMessage !== null;
  }

  #give(item: ReceivedItem): void {
    if (item.kind === 'end') this.onClose?.(item.end);
    else if (item.kind === 'message') this.onMessage?.(item.message);
    else if (item.kind === 'broadcast') this.onBroadcast?.(item.room, item.message);
    else if (item.kind === 'confirmed') this.onConfirmed?.();
    else this.onSegment?.(item.transfer, item.index, item.bytes);
  }
}

/**
 * Watches, on the client, that a record of the link proper follows each broadcast in time: until then nothing vouches
 * for it.
 */
import type { Clock } from '../../platform/clock.ts';

/** Milliseconds from a broadcast to the record that confirms it. The daemon sends one well before. */
export const CONFIRM_TIME = 5_000;

export class BroadcastConfirmation {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #cancel: (() => void) | null = null;

  /** `onLate` is called once when nothing was confirmed in time. */
  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** A broadcast came. */
  await(): void {
    // After a stall of this process what has arrived meanwhile is read first.
    this.#cancel ??= this.#clock.after(CONFIRM_TIME, () => {
      this.#cancel = this.#clock.after(0, () => {
        this.#cancel = null;
        this.#onLate();
      });
    });
  }

  /** A record of the link came. @returns whether broadcasts waited for it. */
  confirmed(): boolean {
    const waited = this.#cancel !== null;
    this.stop();
    return waited;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

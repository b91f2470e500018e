/**
 * Client: watches that a record of the link's own follows each broadcast in time. Until then nothing proves the
 * broadcast.
 */
import type { Clock } from '../../platform/clock.ts';

/** Most milliseconds from a broadcast to the record that confirms it. The daemon sends one well before (MARK_MS). */
export const CONFIRM_TIME = 5_000;

export class BroadcastConfirmation {
  readonly #clock: Clock;
  readonly #onLate: () => void;
  #cancel: (() => void) | null = null;

  /** @param onLate called once when a confirmation is late */
  constructor(clock: Clock, onLate: () => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** A broadcast has arrived. */
  await(): void {
    // After a stall of this process, what has arrived is read first.
    this.#cancel ??= this.#clock.after(CONFIRM_TIME, () => {
      this.#cancel = this.#clock.after(0, () => {
        this.#cancel = null;
        this.#onLate();
      });
    });
  }

  /** A record of the link's own has arrived. @returns whether broadcasts waited for it */
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

/**
 * Tracks whether the person looks at the screen. Most terminals report when their window gains or loses the focus. Where they do
 * not (tmux by default, the Linux console), a person who has not typed for a while counts as away.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../update/state-store.ts';

/** Time without a key after which the person counts as away, without focus reports. ms. */
const IDLE = 120_000;

export class Attention {
  readonly #store: Store;
  readonly #clock: Clock;
  #terminalTells = false;
  #stirredAt: number;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#stirredAt = clock.monotonic();
  }

  /** A focus report arrived. From now on only the reports count. */
  focus(focused: boolean): void {
    this.#terminalTells = true;
    this.#watch(focused);
  }

  /**
   * Bytes arrived from the terminal and are not read yet: the person is typing. When they report a lost focus, `focus` follows.
   */
  readonly onActivity = (): void => {
    this.#stirredAt = this.#clock.monotonic();
    this.#watch(true);
  };

  /** Call it about once a second. */
  tick(): void {
    if (!this.#terminalTells && this.#clock.monotonic() - this.#stirredAt > IDLE) this.#watch(false);
  }

  #watch(watched: boolean): void {
    if (this.#store.get().watched !== watched) this.#store.dispatch({ type: 'watched', watched });
  }
}

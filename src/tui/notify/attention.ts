/**
 * Whether a person looks at the screen. Terminals tell when their window gains or loses the focus; one that does not (tmux as it
 * comes, the Linux console) leaves only the keyboard to go by: who has not touched it for a while is taken as looking elsewhere.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../update/state-store.ts';

/** Without a key, where the terminal tells nothing. ms. */
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

  /** The terminal told it. From now on that is what counts. */
  focus(focused: boolean): void {
    this.#terminalTells = true;
    this.#watch(focused);
  }

  /** Bytes came from the terminal, before they are read: who types looks. If they tell that the focus is lost, `focus` follows. */
  readonly onActivity = (): void => {
    this.#stirredAt = this.#clock.monotonic();
    this.#watch(true);
  };

  /** To be called now and then. */
  tick(): void {
    if (!this.#terminalTells && this.#clock.monotonic() - this.#stirredAt > IDLE) this.#watch(false);
  }

  #watch(watched: boolean): void {
    if (this.#store.get().watched !== watched) this.#store.dispatch({ type: 'watched', watched });
  }
}

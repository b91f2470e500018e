/** Locks the screen after a time without a key, if the profile is locked and says so. */
import type { Client } from '../../client/api/client-api.ts';
import type { Clock } from '../../platform/clock.ts';
import { unlockForm } from '../state/state.ts';
import type { Store } from '../update/state-store.ts';

/** How often the lock is read while no key is pressed: it may have changed. The shortest time of a lock is as long. ms. */
const LOOK_EVERY = 60_000;

export class IdleLock {
  readonly #store: Store;
  readonly #clock: Clock;
  #client: Pick<Client, 'profileLock'> | null = null;
  #lastKey: { at: number; monotonic: number };
  /** How long no key may be pressed until the lock is read again. ms. */
  #lookAfter = LOOK_EVERY;
  #looking = false;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#lastKey = { at: clock.now(), monotonic: clock.monotonic() };
  }

  /** From now on, the screen has something to cover. */
  watch(client: Pick<Client, 'profileLock'>): void {
    this.#client = client;
  }

  /** Call at each key. */
  keyPressed(): void {
    this.#lastKey = { at: this.#clock.now(), monotonic: this.#clock.monotonic() };
    this.#lookAfter = LOOK_EVERY;
  }

  /** Call it about once a second. */
  async tick(): Promise<void> {
    if (this.#client === null || this.#looking || this.#idle() < this.#lookAfter) return;
    if (this.#store.get().lock !== null) return;
    this.#looking = true;
    // A profile that cannot be read now is looked at again later.
    const after = await this.#client.profileLock().then(
      (lock) => lock?.after ?? null,
      () => null,
    );
    this.#looking = false;
    const idle = this.#idle();
    if (after !== null && idle >= after) this.#store.dispatch({ type: 'lock', lock: unlockForm });
    else this.#lookAfter = Math.min(after ?? Number.POSITIVE_INFINITY, idle + LOOK_EVERY);
  }

  /** ms since the last key. The monotonic clock stands still while the machine sleeps, and the other one can be set. */
  #idle(): number {
    const { at, monotonic } = this.#lastKey;
    return Math.max(this.#clock.monotonic() - monotonic, this.#clock.now() - at);
  }
}

/**
 * Budgets of work: of a person once logged in, of an address before that. Work is counted in milliseconds of a core: measured on the
 * main thread by fair-turns.ts and request-queue.ts, on other threads by the pool and the store.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Payer } from '../../protocol/crypto/worker-pool.ts';
import type { Rate } from './token-buckets.ts';

/** The longest piece of work. What measures longer was held up by the system or the garbage collector, which no client pays. */
const MAX_MEASURED_MS = 2;

type Time = Pick<Clock, 'monotonic'>;

export class Budget implements Payer {
  readonly key: string;
  /** Milliseconds charged in all. */
  total = 0;
  /** Milliseconds used, for fair-turns.ts, which keeps it near to what others have used. */
  used = 0;
  /** Since when it has asked for no turn, by the monotonic clock; kept by fair-turns.ts as well. */
  restsSince = Number.NEGATIVE_INFINITY;
  /** Requests under way, over all links; kept by request-queue.ts. */
  inFlight = 0;
  readonly #clock: Time;
  readonly #rate: Rate;
  #left: number;
  #at: number;

  /** `rate` in milliseconds of work. */
  constructor(key: string, clock: Time, rate: Rate) {
    this.key = key;
    this.#clock = clock;
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = clock.monotonic();
  }

  /** Charges the measured time of one piece of work, at most MOST_MS. */
  chargeMeasured(ms: number): void {
    this.charge(Math.min(ms, MAX_MEASURED_MS));
  }

  /** Charges what was used, even when it is more than is left. */
  charge(ms: number): void {
    this.#earn();
    this.#left -= ms;
    this.used += ms;
    this.total += ms;
  }

  /** Milliseconds until there is something left; 0 when there is. */
  waitMs(): number {
    this.#earn();
    return this.#left > 0 ? 0 : Math.ceil(((1 - this.#left) * 1000) / this.#rate.perSecond);
  }

  /** Nothing is owed any more: nobody else wanted what was used. */
  clearDebt(): void {
    this.#left = Math.max(0, this.#left);
  }

  #earn(): void {
    const now = this.#clock.monotonic();
    this.#left = Math.min(this.#rate.burst, this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond);
    this.#at = now;
  }
}

export class Budgets {
  readonly #clock: Time;
  readonly #rate: Rate;
  readonly #maxKeys: number;
  readonly #budgets = new Map<string, Budget>();

  /** With more than `maxKeys` keys the one that was asked for longest ago starts afresh. */
  constructor(clock: Time, rate: Rate, maxKeys = 65_536) {
    this.#clock = clock;
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** The same for all sessions of one key. */
  of(key: string): Budget {
    const budget = this.#budgets.get(key) ?? new Budget(key, this.#clock, this.#rate);
    this.#budgets.delete(key);
    this.#budgets.set(key, budget);
    if (this.#budgets.size > this.#maxKeys) {
      for (const oldest of this.#budgets.keys()) {
        this.#budgets.delete(oldest);
        break;
      }
    }
    return budget;
  }
}

/**
 * Work budgets, one for each logged-in person and one for each address before login. The unit is milliseconds of one
 * core. fair-scheduler.ts and request-queue.ts measure work on the main thread; the worker pool and the store measure
 * their own.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Payer } from '../../protocol/crypto/worker-pool.ts';
import type { Rate } from './token-buckets.ts';

/**
 * The most that one measured piece of work is charged, ms. A longer time was caused by the system or the garbage
 * collector.
 */
const MAX_MEASURED_MS = 2;

type Time = Pick<Clock, 'monotonic'>;

export class Budget implements Payer {
  readonly key: string;
  /** All that was ever charged, ms. */
  total = 0;
  /** The virtual runtime, ms. fair-scheduler.ts keeps it close to that of the others. */
  used = 0;
  /** Since when it has had no work queued, monotonic ms; kept by fair-scheduler.ts. */
  restsSince = Number.NEGATIVE_INFINITY;
  /** Requests in flight over all links; kept by request-queue.ts. */
  inFlight = 0;
  readonly #clock: Time;
  readonly #rate: Rate;
  #left: number;
  #at: number;

  /** @param rate in milliseconds of work */
  constructor(key: string, clock: Time, rate: Rate) {
    this.key = key;
    this.#clock = clock;
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = clock.monotonic();
  }

  /** Charges a measured time, but at most MAX_MEASURED_MS. */
  chargeMeasured(ms: number): void {
    this.charge(Math.min(ms, MAX_MEASURED_MS));
  }

  /** Charges `ms`, even below zero. */
  charge(ms: number): void {
    this.#earn();
    this.#left -= ms;
    this.used += ms;
    this.total += ms;
  }

  /** @returns milliseconds until the budget is positive; 0 when it is */
  waitMs(): number {
    this.#earn();
    return this.#left > 0 ? 0 : Math.ceil(((1 - this.#left) * 1000) / this.#rate.perSecond);
  }

  /** Resets a negative budget to zero: nobody else wanted the time. */
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

  /** @param maxKeys above this the least recently used budget starts anew */
  constructor(clock: Time, rate: Rate, maxKeys = 65_536) {
    this.#clock = clock;
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** The budget that all sessions of one key share. */
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

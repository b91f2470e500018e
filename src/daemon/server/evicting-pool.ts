/**
 * A bounded pool of slots for unauthenticated connections. A new entry always gets a slot: when all are taken, the pool
 * evicts the oldest entry of the address with the most failures. Failures are entries older than `honestMs`, and
 * entries that left lately without success. Without failures the address with the most entries loses one. So silent
 * connections, from one address or many, kept or reopened, keep nobody out, and many honest people may share an
 * address.
 */
import type { Clock } from '../../platform/clock.ts';
import { FailedConnections } from './failed-connections.ts';

type Arrival = { address: string; nth: number; at: number };
type Candidate<T> = { one: T; nth: number; failures: number; size: number };

export class EvictingPool<T> {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #slots: number;
  readonly #honestMs: number;
  /** In order of arrival. */
  readonly #byAddress = new Map<string, Set<T>>();
  readonly #arrivals = new Map<T, Arrival>();
  readonly #failed: FailedConnections;
  #last = 0;

  /** @param o.honestMs the longest time that an honest entry needs its slot */
  constructor(clock: Pick<Clock, 'monotonic'>, o: { slots: number; honestMs: number }) {
    this.#clock = clock;
    this.#slots = Math.max(1, o.slots);
    this.#honestMs = o.honestMs;
    this.#failed = new FailedConnections(clock);
  }

  get size(): number {
    return this.#arrivals.size;
  }

  /** @returns the evicted entry, or null while there is room */
  enter(one: T, address: string): T | null {
    this.#last += 1;
    this.#arrivals.set(one, { address, nth: this.#last, at: this.#clock.monotonic() });
    const own = this.#byAddress.get(address);
    if (own === undefined) this.#byAddress.set(address, new Set([one]));
    else own.add(one);
    if (this.size <= this.#slots) return null;
    const loser = this.#chooseLoser(one);
    if (loser !== null) this.fail(loser);
    return loser;
  }

  /** The entry succeeded or was released. @returns whether it had a slot here */
  leave(one: T): boolean {
    return this.#leave(one) !== null;
  }

  /** The entry left without success. */
  fail(one: T): void {
    const address = this.#leave(one);
    if (address !== null) this.#failed.add(address);
  }

  all(): T[] {
    return [...this.#arrivals.keys()];
  }

  /** @returns its address */
  #leave(one: T): string | null {
    const arrival = this.#arrivals.get(one);
    if (arrival === undefined) return null;
    this.#arrivals.delete(one);
    const own = this.#byAddress.get(arrival.address);
    own?.delete(one);
    if (own?.size === 0) this.#byAddress.delete(arrival.address);
    return arrival.address;
  }

  #chooseLoser(newcomer: T): T | null {
    let loser: Candidate<T> | null = null;
    for (const [address, own] of this.#byAddress) {
      const candidate = this.#candidate(address, own);
      if (candidate === null || candidate.one === newcomer) continue;
      if (loser === null || isEvictedBefore(candidate, loser)) loser = candidate;
    }
    return loser?.one ?? null;
  }

  /** The oldest entry of an address. */
  #candidate(address: string, own: ReadonlySet<T>): Candidate<T> | null {
    const since = this.#clock.monotonic() - this.#honestMs;
    let oldest: Candidate<T> | null = null;
    for (const one of own) {
      const arrival = this.#arrivals.get(one);
      if (arrival === undefined) continue;
      oldest ??= { one, nth: arrival.nth, failures: this.#failed.of(address), size: own.size };
      if (arrival.at > since) break;
      oldest.failures += 1;
    }
    return oldest;
  }
}

function isEvictedBefore(a: Candidate<unknown>, b: Candidate<unknown>): boolean {
  if (a.failures !== b.failures) return a.failures > b.failures;
  if (a.size !== b.size) return a.size > b.size;
  return a.nth < b.nth;
}

/**
 * Slows down password guessing without locking anybody out.
 *
 * 1. Every attempt counts as failed until it succeeds: with OPAQUE a guesser learns the outcome from the daemon's first
 *    answer and need not send the last message.
 * 2. Attempts from one address are spaced, and attempts for one name from one address too. The spacing doubles with
 *    each failure.
 * 3. For one name from any address there is a pause of at most 2 s. A stranger cannot delay the owner by more, and not
 *    at all at an address from which the owner has logged in.
 */
import type { Clock } from '../../platform/clock.ts';

/** Failed attempts before the spacing begins. */
export const FREE_ATTEMPTS = 5;
const FIRST_SPACING_MS = 250;
const MAX_SPACING_MS = 8_000;
const MAX_WAIT_MS = 15_000;
const MAX_NAME_PAUSE_MS = 2_000;
/** One failure is forgotten in this time. */
const FORGET_MS = 30_000;
const MAX_KEYS = 65_536;

type FailureCount = { failures: number; at: number; next: number };

export class LoginGuard {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #counts = new Map<string, FailureCount>();
  readonly #good = new Set<string>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Counts an attempt. @returns milliseconds to wait before it is handled, or null to refuse it */
  attempt(name: string, address: string): number | null {
    const pair = pairKey(name, address);
    const known = this.#good.has(pair);
    // An address that the owner uses does not suffer from its neighbours' failures: only its own pair counts.
    const spaced = known ? [pair] : [pair, `a ${address}`];
    const now = this.#clock.monotonic();
    let wait = 0;
    for (const key of spaced) {
      const record = this.#current(key, now);
      wait = Math.max(wait, record.failures < FREE_ATTEMPTS ? 0 : record.next - now);
    }
    if (wait > MAX_WAIT_MS) return null;
    for (const key of spaced) {
      const record = this.#current(key, now);
      record.failures += 1;
      record.next = now + wait + spacing(record.failures, MAX_SPACING_MS);
    }
    const byName = this.#current(`n ${name}`, now);
    byName.failures += 1;
    return known ? wait : Math.max(wait, spacing(byName.failures - 1, MAX_NAME_PAUSE_MS));
  }

  /** Takes the failure back that `attempt` counted. */
  succeeded(name: string, address: string): void {
    const now = this.#clock.monotonic();
    const pair = pairKey(name, address);
    for (const key of [pair, `a ${address}`, `n ${name}`]) {
      const record = this.#current(key, now);
      record.failures = Math.max(0, record.failures - 1);
    }
    this.#good.delete(pair);
    this.#good.add(pair);
    if (this.#good.size > MAX_KEYS) dropFirst(this.#good);
  }

  #current(key: string, now: number): FailureCount {
    const record = this.#counts.get(key) ?? { failures: 0, at: now, next: now };
    const forgotten = Math.floor((now - record.at) / FORGET_MS);
    record.failures = Math.max(0, record.failures - forgotten);
    record.at += forgotten * FORGET_MS;
    this.#counts.delete(key);
    this.#counts.set(key, record);
    if (this.#counts.size > MAX_KEYS) dropFirst(this.#counts);
    return record;
  }
}

function spacing(failures: number, max: number): number {
  if (failures < FREE_ATTEMPTS) return 0;
  return Math.min(max, FIRST_SPACING_MS * 2 ** Math.min(16, failures - FREE_ATTEMPTS));
}

/** Names contain no spaces, so the keys cannot collide. */
function pairKey(name: string, address: string): string {
  return `p ${name} ${address}`;
}

function dropFirst(keyed: { keys(): Iterable<string>; delete(key: string): boolean }): void {
  for (const key of keyed.keys()) {
    keyed.delete(key);
    return;
  }
}

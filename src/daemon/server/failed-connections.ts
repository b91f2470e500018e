/** Counts each address's connections that failed, with exponential decay. */
import type { Clock } from '../../platform/clock.ts';

/** A failure counts half after this time. */
const HALF_LIFE_MS = 30_000;
const MAX_ADDRESSES = 16_384;

export class FailedConnections {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** In order of the last failure. */
  readonly #counts = new Map<string, { count: number; at: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** With too many addresses it forgets the one that failed longest ago. */
  add(address: string): void {
    const count = this.#decayed(address) + 1;
    this.#counts.delete(address);
    this.#counts.set(address, { count, at: this.#clock.monotonic() });
    if (this.#counts.size <= MAX_ADDRESSES) return;
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest);
      break;
    }
  }

  /** Rounded, so that old failures count nothing. */
  of(address: string): number {
    return Math.round(this.#decayed(address));
  }

  #decayed(address: string): number {
    const found = this.#counts.get(address);
    if (found === undefined) return 0;
    return found.count * 0.5 ** ((this.#clock.monotonic() - found.at) / HALF_LIFE_MS);
  }
}

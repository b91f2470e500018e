/** Token buckets by key (address, name or room), in bounded memory. @see https://en.wikipedia.org/wiki/Token_bucket */
import type { Clock } from '../../platform/clock.ts';

export type Rate = {
  /** Most tokens. */
  burst: number;
  perSecond: number;
};

type Bucket = { tokens: number; at: number };

export class TokenBuckets {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #rate: Rate;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param maxKeys above this the least recently used key starts anew */
  constructor(clock: Pick<Clock, 'monotonic'>, rate: Rate, maxKeys = 65_536) {
    this.#clock = clock;
    this.#rate = rate;
    this.#maxKeys = maxKeys;
  }

  /** @returns true if there was a token, which it took */
  take(key: string): boolean {
    return this.takeOrWait(key) === 0;
  }

  /** Whether there is a token. Takes none. */
  has(key: string): boolean {
    return this.#waitFor(this.#current(key)) === 0;
  }

  /** Takes a token if there is one. @returns 0, or milliseconds until there is one */
  takeOrWait(key: string): number {
    const bucket = this.#current(key);
    const wait = this.#waitFor(bucket);
    if (wait === 0) bucket.tokens -= 1;
    return wait;
  }

  /**
   * Takes a token now or in advance.
   * @returns milliseconds to wait for it; null, taking nothing, when that is more than `maxWait`
   */
  reserve(key: string, maxWait: number): number | null {
    const bucket = this.#current(key);
    const wait = this.#waitFor(bucket);
    if (wait > maxWait) return null;
    bucket.tokens -= 1;
    return wait;
  }

  /** Undoes one `take`. */
  giveBack(key: string): void {
    const bucket = this.#current(key);
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + 1);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #waitFor(bucket: Bucket): number {
    return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) * 1000) / this.#rate.perSecond);
  }

  #current(key: string): Bucket {
    const now = this.#clock.monotonic();
    const found = this.#buckets.get(key);
    const bucket = found ?? { tokens: this.#rate.burst, at: now };
    const earned = ((now - bucket.at) / 1000) * this.#rate.perSecond;
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + earned);
    bucket.at = now;
    // Insert again, so that the map is in order of use.
    if (found !== undefined) this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}

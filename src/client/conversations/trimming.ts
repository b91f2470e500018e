/** Trims the cache now and then, and tells the person. */
import type { Cache } from '../cache/cache.ts';
import type { ClientBus } from '../events/client-bus.ts';

/** Trims after this many pages of entries: one conversation may have more than fit. */
const TRIM_EVERY = 50;

export class CacheTrimmer {
  readonly #cache: Pick<Cache, 'trim'>;
  readonly #bus: ClientBus;
  #pages = 0;

  constructor(cache: Pick<Cache, 'trim'>, bus: ClientBus) {
    this.#cache = cache;
    this.#bus = bus;
  }

  /** Call after each page of entries. */
  async pageStored(): Promise<void> {
    if (++this.#pages % TRIM_EVERY === 0) await this.trim();
  }

  async trim(): Promise<void> {
    const dropped = await this.#cache.trim();
    if (dropped === 0) return;
    this.#bus.notice(`${dropped} old messages were dropped from the local cache; scroll back to fetch them again`);
  }
}

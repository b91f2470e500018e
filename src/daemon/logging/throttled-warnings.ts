/** Warnings that many requests may cause: each is told at once, and again once a minute at most, with how often it was due since. */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';

const MINUTE_MS = 60_000;

export class ThrottledWarnings {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Pick<Logger, 'warn'>;
  /** By `evt`: when it was last told, and how often it was due since. */
  readonly #told = new Map<string, { at: number; count: number }>();

  constructor(parts: { clock: Pick<Clock, 'monotonic'>; log: Pick<Logger, 'warn'> }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** @param dir the folder that it is about */
  warn(evt: string, dir: string, what: string): void {
    const now = this.#clock.monotonic();
    const last = this.#told.get(evt);
    const count = (last?.count ?? 0) + 1;
    if (last !== undefined && now < last.at + MINUTE_MS) {
      last.count = count;
      return;
    }
    this.#told.set(evt, { at: now, count: 0 });
    this.#log.warn({ evt, dir, count }, what);
  }
}

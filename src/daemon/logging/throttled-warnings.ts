/**
 * Warnings that many requests may cause. Each is logged at once, then at most once a minute with the number of
 * repetitions.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';

const MINUTE_MS = 60_000;

export class ThrottledWarnings {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #log: Pick<Logger, 'warn'>;
  /** By `evt`: when it was last logged (monotonic ms), and how often it occurred since. */
  readonly #logged = new Map<string, { at: number; count: number }>();

  constructor(parts: { clock: Pick<Clock, 'monotonic'>; log: Pick<Logger, 'warn'> }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** @param dir the folder that the warning is about */
  warn(evt: string, dir: string, what: string): void {
    const now = this.#clock.monotonic();
    const last = this.#logged.get(evt);
    const count = (last?.count ?? 0) + 1;
    if (last !== undefined && now < last.at + MINUTE_MS) {
      last.count = count;
      return;
    }
    this.#logged.set(evt, { at: now, count: 0 });
    this.#log.warn({ evt, dir, count }, what);
  }
}

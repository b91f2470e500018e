/** Retries the first login while the daemon answers but lets nobody in, until it works or the person gives up. */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { holdProcess } from '../connection/keep-alive.ts';
import { isWorthRetry, retryWaitMs } from '../connection/retry.ts';
import { isTemporary } from '../errors.ts';
import type { Ask } from '../types.ts';

type LoginRetryOptions = {
  ask: Pick<Ask, 'waiting'>;
  /** How long it is tried again where nobody is told that it waits. */
  timeoutMs: number;
  clock: Clock;
  random: Random;
};

export class LoginRetry {
  readonly #options: LoginRetryOptions;
  #failures = 0;
  /** By the monotonic clock. */
  #deadline: number | null = null;

  constructor(options: LoginRetryOptions) {
    this.#options = options;
  }

  /**
   * A daemon that does not answer at the first try is not waited for: its address may be wrong.
   * @throws what `attempt` throws, when another try would not help or the person has given up
   */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isTemporary(error) && !(this.#failures > 0 && isWorthRetry(error))) throw error;
        await this.#pause(error);
      }
    }
  }

  async #pause(error: Error): Promise<void> {
    const { ask, timeoutMs, clock, random } = this.#options;
    this.#deadline ??= clock.monotonic() + timeoutMs;
    if (ask.waiting === undefined && clock.monotonic() >= this.#deadline) throw error;
    const letGo = holdProcess();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = clock.after(retryWaitMs(this.#failures++, random), resolve);
    try {
      ask.waiting?.(error.message, () => reject(error));
      await promise;
    } finally {
      cancel();
      letGo();
    }
  }
}

/** Retries the first login while the daemon answers but lets nobody in. */
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Ask } from '../connect-types.ts';
import { holdProcess } from '../connection/keep-alive.ts';
import { isWorthRetry, retryWaitMs } from '../connection/retry.ts';
import { isTemporary } from '../errors.ts';

type LoginRetryOptions = {
  ask: Pick<Ask, 'waiting'>;
  /** How long it retries if `ask.waiting` is missing, in ms. */
  timeoutMs: number;
  clock: Clock;
  random: Random;
};

export class LoginRetry {
  readonly #options: LoginRetryOptions;
  #failures = 0;
  /** In ms of the monotonic clock. */
  #deadline: number | null = null;

  constructor(options: LoginRetryOptions) {
    this.#options = options;
  }

  /**
   * Runs `attempt` until it succeeds. Does not wait for a daemon that does not answer the first attempt: the address may be wrong.
   * @throws the error of `attempt`, when another attempt would not help or the person gives up
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
    const release = holdProcess();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = clock.after(retryWaitMs(this.#failures++, random), resolve);
    try {
      ask.waiting?.(error.message, () => reject(error));
      await promise;
    } finally {
      cancel();
      release();
    }
  }
}

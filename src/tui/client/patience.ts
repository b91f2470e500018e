/** The first login at a daemon that answers, but lets nobody in for now: it is tried again until it works, or the person gives up. */
import type { Clock, Random } from '../../protocol/seams.ts';
import { isPassing } from './errors.ts';
import { holdProcess } from './keep-alive.ts';
import { isWorthRetry, retryWait } from './retry.ts';
import type { Ask } from './types.ts';

type PatienceOptions = { ask: Pick<Ask, 'waiting'>; clock: Clock; random: Random };

export class Patience {
  readonly #options: PatienceOptions;
  #failures = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /**
   * A daemon that does not answer at the first try is not waited for: its address may be wrong.
   * @throws what `attempt` throws that trying again does not change, or at last when the wait is given up
   */
  async through<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error) && !(this.#failures > 0 && isWorthRetry(error))) throw error;
        await this.#pause(error);
      }
    }
  }

  async #pause(error: Error): Promise<void> {
    const { ask, clock, random } = this.#options;
    const letGo = holdProcess();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = clock.after(retryWait(this.#failures++, random), resolve);
    try {
      ask.waiting?.(error.message, () => reject(error));
      await promise;
    } finally {
      cancel();
      letGo();
    }
  }
}

/** Runs disk work one piece at a time, fairly between keys. */
import { FairQueue } from '../../protocol/base/fair-queue.ts';

export class WorkQueue {
  readonly #waiting = new FairQueue<() => Promise<void>>();
  #busy = false;

  /** Runs `work` when it is the turn of `key`, always after this has returned. @throws what `work` throws */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      // async, so that a synchronous throw also rejects the promise.
      const begin = async () => work();
      this.#waiting.add(key, () => begin().then(resolve, reject));
      if (this.#busy) return;
      this.#busy = true;
      queueMicrotask(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    for (let work = this.#waiting.take(); work !== undefined; work = this.#waiting.take()) await work();
    this.#busy = false;
  }
}

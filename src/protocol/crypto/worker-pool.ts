/** Worker threads behind a bounded, fair queue. */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { smallYoungGeneration, workerUrl } from '../../platform/worker-calls.ts';
import { Refusal } from '../base/errors.ts';
import { FairQueue } from '../base/fair-queue.ts';

/** The functions that a worker's module exports, each with one parameter that can be cloned. */
export type WorkerFunctions = Record<string, (task: never) => unknown>;

export type PoolOptions = {
  /** Most threads; as many as there are cores unless told. The first starts at once, the others when there is work. */
  threads?: number;
  /** Most tasks that may wait. One more has the last of the payer with most of them refused with 'busy'. */
  maxQueue: number;
  /** Of one payer's tasks the newest first: for those who do not wait long. */
  newestFirst?: boolean;
};

/** An account for work: payers take turns, and each pays for what its work took. */
export type Payer = {
  readonly key: string;
  /** In milliseconds by the clock. */
  chargeMeasured(ms: number): void;
};

export interface Pool<W extends WorkerFunctions> {
  /**
   * Runs the worker's function `name`; without a payer it is the program's own work.
   * @throws Refusal 'busy'; and what the function throws, its class lost.
   */
  run<N extends keyof W & string>(
    name: N,
    task: Parameters<W[N]>[0],
    payer?: Payer,
  ): Promise<Awaited<ReturnType<W[N]>>>;
  /** Ends the threads; work under way is given up and its promise fails. */
  close(): Promise<void>;
}

/** Opens threads on the module `<name>-worker` beside `importer`, an import.meta.url. */
export function openPool<W extends WorkerFunctions>(name: string, importer: string, options: PoolOptions): Pool<W> {
  const threads = Math.max(1, options.threads ?? availableParallelism());
  const { maxQueue } = options;
  const pool = new Piscina({
    filename: workerUrl(name, importer).href,
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 30_000,
    resourceLimits: smallYoungGeneration,
  });
  const waiting = new FairQueue<{ start: () => void; refuse: (error: Refusal) => void }>(options);
  let running = 0;
  /** Each thread has one task at a time; all others wait in the fair line. */
  const turn = async (key: string): Promise<void> => {
    if (running < threads) {
      running += 1;
      return;
    }
    if (waiting.size >= maxQueue) {
      const busy = new Refusal('busy', 'too much work at once; try again in a moment');
      if (options.newestFirst !== true && waiting.sizeOf(key) >= waiting.longest) throw busy;
      waiting.takeFromLongest()?.refuse(busy);
    }
    await new Promise<void>((start, refuse) => waiting.add(key, { start, refuse }));
  };
  const next = () => {
    const first = waiting.take();
    if (first === undefined) running -= 1;
    else first.start();
  };
  return {
    async run(name, task, payer) {
      await turn(payer?.key ?? '');
      const before = performance.now();
      try {
        return await pool.run(task, { name });
      } finally {
        payer?.chargeMeasured(performance.now() - before);
        next();
      }
    },
    close: () => pool.destroy(),
  };
}

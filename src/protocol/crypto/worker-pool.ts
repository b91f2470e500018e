/** Worker threads behind a bounded, fair queue. */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { smallYoungGeneration, workerUrl } from '../../platform/worker-calls.ts';
import { Refusal } from '../base/errors.ts';
import { FairQueue } from '../base/fair-queue.ts';

/** The functions that a worker's module exports, each with one parameter that can be cloned. */
export type WorkerFunctions = Record<string, (task: never) => unknown>;

export type PoolOptions = {
  /** Most threads; by default one for each core. The first starts at once, the others when there is work. */
  threads?: number;
  /** Most waiting tasks. Above it, the last task of the payer with most of them is refused with 'busy'. */
  maxQueue: number;
  /** Run a payer's newest task first, for clients that give up early. */
  newestFirst?: boolean;
};

/** The client that work is done for. Payers take turns, and each is charged for its work. */
export type Payer = {
  readonly key: string;
  /** Charges `ms` milliseconds of wall-clock time. */
  chargeMeasured(ms: number): void;
};

export interface Pool<W extends WorkerFunctions> {
  /**
   * Runs the worker's function `name`. Without a payer it is the program's own work.
   * @throws Refusal 'busy', or the function's error without its class
   */
  run<N extends keyof W & string>(
    name: N,
    task: Parameters<W[N]>[0],
    payer?: Payer,
  ): Promise<Awaited<ReturnType<W[N]>>>;
  /** Ends the threads. Running tasks are aborted and their promises fail. */
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
  /** Each thread runs one task at a time; all others wait in the fair queue. */
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

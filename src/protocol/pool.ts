/** Worker threads behind a bounded queue. The one place that knows where a worker's file lies. */
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Piscina } from 'piscina';
import { Refusal } from './errors.ts';

/** For every worker thread. Its garbage is short-lived and small; by itself V8 lets a young generation grow far beyond that. */
export const workerLimits = { maxYoungGenerationSizeMb: 6 } as const;

/** The functions that a worker's module exports, each with one parameter that can be cloned. */
export type Work = Record<string, (task: never) => unknown>;

export type PoolOptions = {
  /** Most threads; as many as there are cores unless told. The first starts at once, the others when there is work. */
  threads?: number;
  /** Most tasks that may wait; one more is refused with 'busy'. */
  maxQueue: number;
};

export interface Pool<W extends Work> {
  /** Runs the worker's function `name`. @throws Refusal 'busy'; and what the function throws, its class lost. */
  run<N extends keyof W & string>(name: N, task: Parameters<W[N]>[0]): Promise<Awaited<ReturnType<W[N]>>>;
  /** Ends the threads; work under way is given up and its promise fails. */
  close(): Promise<void>;
}

/**
 * Opens threads on the module `<name>-worker` beside `importer` (an import.meta.url). That is a .ts file in src, a .js file
 * in dist, and in the bundle of the terminal program an entry of its own in the same flat folder (scripts/build.mjs).
 */
export function openPool<W extends Work>(name: string, importer: string, options: PoolOptions): Pool<W> {
  const threads = options.threads ?? availableParallelism();
  const pool = new Piscina({
    filename: new URL(`./${name}-worker${extname(new URL(importer).pathname)}`, importer).href,
    minThreads: 1,
    maxThreads: Math.max(1, threads),
    idleTimeout: 30_000,
    resourceLimits: workerLimits,
  });
  let taken = 0;
  return {
    async run(name, task) {
      if (taken >= threads + options.maxQueue)
        throw new Refusal('busy', 'too much work at once; try again in a moment');
      taken += 1;
      try {
        return await pool.run(task, { name });
      } finally {
        taken -= 1;
      }
    },
    close: () => pool.destroy(),
  };
}

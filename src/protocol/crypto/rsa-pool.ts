/** RSA on worker threads: an operation of 2 to 4 ms would delay every link on the main thread. */

import { generateKeyPair, type KeyPair } from './rsa.ts';
import * as worker from './rsa-worker.ts';
import { openPool, type Payer, type Pool, type PoolOptions } from './worker-pool.ts';

export interface Rsa {
  generate(): Promise<KeyPair>;
  /** Seals one chunk for each job, in order; null where sealing to the key fails. Tries all. */
  seal(jobs: worker.SealJob[]): Promise<(Uint8Array | null)[]>;
  /** Opens the chunks in order; null where one does not open. Tries all. */
  open(pkcs8: Uint8Array, chunks: Uint8Array[]): Promise<(Uint8Array | null)[]>;
  sign(pkcs8: Uint8Array, hash: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Jobs sent to a thread together: enough to be worth the transfer, few enough to share a large epoch between threads.
 */
const SEAL_BATCH = 32;
const OPEN_BATCH = 4;

/** Threads that payers share fairly. */
export interface SharedRsa extends Rsa {
  /** The same threads, charged to `payer`. */
  for(payer: Payer): Rsa;
}

/** Opens threads for RSA. Above `maxQueue` waiting tasks, one is refused with 'busy'. */
export function rsaPool(options: PoolOptions): SharedRsa {
  const pool: Pool<typeof worker> = openPool('rsa', import.meta.url, options);
  const paidBy = (payer?: Payer): Rsa => ({
    generate: generateKeyPair,
    async seal(jobs) {
      return (await Promise.all(batches(jobs, SEAL_BATCH).map((batch) => pool.run('seal', batch, payer)))).flat();
    },
    async open(pkcs8, chunks) {
      const work = batches(chunks, OPEN_BATCH).map((batch) => pool.run('open', { pkcs8, chunks: batch }, payer));
      return (await Promise.all(work)).flat();
    },
    sign: (pkcs8, hash) => pool.run('sign', { pkcs8, hash }, payer),
    close: () => pool.close(),
  });
  return { ...paidBy(), for: paidBy };
}

/** The same on the calling thread, for tests and tools. */
export const inlineRsa: Rsa = {
  generate: generateKeyPair,
  seal: async (jobs) => worker.seal(jobs),
  open: async (pkcs8, chunks) => worker.open({ pkcs8, chunks }),
  sign: async (pkcs8, hash) => worker.sign({ pkcs8, hash }),
  close: async () => {},
};

function batches<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

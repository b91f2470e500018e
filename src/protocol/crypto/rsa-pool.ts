/** RSA and X-Wing on worker threads: an operation of 1 to 4 ms would delay every link on the main thread. */

import type { OpenedSecrets } from './link-secrets.ts';
import type { OpenJob, SealJob } from './person-seal.ts';
import { generateKeyPair, type KeyPair } from './rsa.ts';
import * as worker from './rsa-worker.ts';
import { openPool, type Payer, type Pool, type PoolOptions } from './worker-pool.ts';

export interface Rsa {
  generate(): Promise<KeyPair>;
  /** Seals each job to its person, in order; null where nothing can be sealed to the key. Tries all. */
  seal(jobs: SealJob[]): Promise<(Uint8Array | null)[]>;
  /** Returns the chunks of what was sealed to a person; null when it does not open. */
  open(job: OpenJob): Promise<Uint8Array[] | null>;
  /** The daemon's part of a link's handshake. */
  openSecrets(task: Parameters<typeof worker.openSecrets>[0]): Promise<OpenedSecrets>;
  sign(pkcs8: Uint8Array, hash: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Jobs sent to a thread together: enough to be worth the transfer, few enough to share a large epoch between threads.
 */
const SEAL_BATCH = 16;

/** Threads that payers share fairly. */
export interface SharedRsa extends Rsa {
  /** The same threads, charged to `payer`. */
  for(payer: Payer): Rsa;
}

/** Opens threads for RSA and X-Wing. Above `maxQueue` waiting tasks, one is refused with 'busy'. */
export function rsaPool(options: PoolOptions): SharedRsa {
  const pool: Pool<typeof worker> = openPool('rsa', import.meta.url, options);
  const paidBy = (payer?: Payer): Rsa => ({
    generate: generateKeyPair,
    async seal(jobs) {
      return (await Promise.all(batches(jobs, SEAL_BATCH).map((batch) => pool.run('seal', batch, payer)))).flat();
    },
    open: (job) => pool.run('open', job, payer),
    openSecrets: (task) => pool.run('openSecrets', task, payer),
    sign: (pkcs8, hash) => pool.run('sign', { pkcs8, hash }, payer),
    close: () => pool.close(),
  });
  return { ...paidBy(), for: paidBy };
}

/** The same on the calling thread, for tests and tools. */
export const inlineRsa: Rsa = {
  generate: generateKeyPair,
  seal: async (jobs) => worker.seal(jobs),
  open: async (job) => worker.open(job),
  openSecrets: async (task) => worker.openSecrets(task),
  sign: async (pkcs8, hash) => worker.sign({ pkcs8, hash }),
  close: async () => {},
};

function batches<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** The store on SQLite, in a thread of its own so that no disk ever delays a socket. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { StorageError } from '../data/storage-error.ts';
import { operationNames } from '../store/operations.ts';
import type { OperationName, Requester, SharedStore, Store } from '../store/store.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Owner } from './owner.ts';
import type { FromWorker, WorkerData } from './sqlite-worker.ts';

type Options = {
  clock?: Clock;
  /** Whose database it is to be; not asked when it is not given. */
  owner?: Owner;
  /**
   * Told once, when the database or its thread has failed for good: everything asked from then on, and what was not answered
   * yet, fails with this error.
   */
  onBroken?: (error: StorageError) => void;
};

/**
 * Opens the database at `path`, made when missing.
 * @throws Error with a sentence for the operator when it cannot be used.
 */
export async function openSqliteStore(path: string, options: Options = {}): Promise<SharedStore> {
  const clock = options.clock ?? systemClock;
  const url = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  // As loadSqlite does for this thread.
  const workerData: WorkerData = { path, owner: options.owner ?? null };
  const worker = new Worker(url, { workerData, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const queue = new CommitQueue((batch) => worker.postMessage(batch), clock);
  let state: 'opening' | 'open' | 'closing' | 'broken' = 'opening';
  const breakDown = (what: string) => {
    if (state !== 'open') return;
    state = 'broken';
    const error = new StorageError(what);
    queue.fail(error);
    options.onBroken?.(error);
  };
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      breakDown('the thread of the database has ended');
      queue.fail(new Error('the store is closed'));
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    worker.on('error', (error) => {
      breakDown(`the thread of the database has failed: ${error.message}`);
      reject(error);
    });
    worker.on('message', (message: FromWorker) => {
      if ('outcomes' in message) void queue.settle(message);
      else if ('broken' in message) breakDown(message.broken);
      else if ('ready' in message) resolve();
      else reject(new Error(message.refused));
    });
  });
  state = 'open';
  const close = async () => {
    await queue.idle();
    if (state === 'broken') return;
    state = 'closing';
    worker.postMessage('close');
    await exited;
  };
  const askedBy = (asker: Requester | null): Store => {
    const calls = operationNames.map((name) => [
      name,
      (params: unknown) => queue.add({ name, params: ownBytes(params), now: clock.now() }, asker),
    ]);
    return { ...(Object.fromEntries(calls) as { [N in OperationName]: Store[N] }), close };
  };
  return { ...askedBy(null), for: askedBy };
}

/**
 * Bytes of a request are views into the record they came in; posted as they are, that whole record would be copied to the
 * thread for each of them.
 */
function ownBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
  if (Array.isArray(value)) return value.map(ownBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, ownBytes(part)]));
}

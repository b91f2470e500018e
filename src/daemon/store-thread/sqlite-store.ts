/** The store on SQLite, in a thread of its own so that no disk ever delays a socket. */
import { type Clock, systemClock } from '../../platform/clock.ts';
import { WorkerCalls, workerUrl } from '../../platform/worker-calls.ts';
import { StorageError } from '../data/storage-error.ts';
import { operationNames } from '../store/operations.ts';
import type { OperationName, Requester, SharedStore, Store } from '../store/store.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Call } from './group-commit.ts';
import type { Owner } from './owner.ts';
import type { StoreThreadOperations } from './sqlite-worker.ts';

/** Calls after which the write-ahead log is copied into the database. */
const CALLS_PER_CHECKPOINT = 1000;

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
  const calls = new WorkerCalls<StoreThreadOperations>(workerUrl('sqlite', import.meta.url), {
    name: 'the database',
    failure: (sentence) => new StorageError(sentence),
  });
  const refused = await calls.call('open', { path, owner: options.owner ?? null });
  if (refused !== null) {
    await calls.close();
    throw new Error(refused);
  }
  void calls.failed.then((sentence) => options.onBroken?.(new StorageError(sentence)));
  const fail = (error: Error) => queue.fail(error);
  let sinceCheckpoint = 0;
  const commit = (batch: Call[]) => {
    calls.call('commit', batch).then((done) => queue.settle(done), fail);
    sinceCheckpoint += batch.length;
    if (sinceCheckpoint < CALLS_PER_CHECKPOINT) return;
    sinceCheckpoint = 0;
    // The batch is answered before it.
    calls.call('checkpoint', null).catch(fail);
  };
  const queue = new CommitQueue(commit, clock);
  const close = async () => {
    await queue.idle();
    await calls.close();
  };
  const askedBy = (asker: Requester | null): Store => {
    const operations = operationNames.map((name) => [
      name,
      (params: unknown) => queue.add({ name, params: ownBytes(params), now: clock.now() }, asker),
    ]);
    return { ...(Object.fromEntries(operations) as { [N in OperationName]: Store[N] }), close };
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

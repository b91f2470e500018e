/**
 * Folder `store-thread`: the thread that owns the database: batches, commits, the seal and the owner; it does not know what
 * the operations do. The store on SQLite, in a thread, so that no disk delays a socket.
 */
import { type Clock, systemClock } from '../../platform/clock.ts';
import { WorkerCalls, workerUrl } from '../../platform/worker-calls.ts';
import { StorageError } from '../data/storage-error.ts';
import type { OperationName, Requester, SharedStore, Store } from '../store/store.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Owner } from './database-owner.ts';
import type { Call } from './group-commit.ts';
import { operationNames } from './operations.ts';
import type { StoreThreadOperations } from './sqlite-worker.ts';

/** Calls after which the write-ahead log is copied into the database. */
const CALLS_PER_CHECKPOINT = 1000;

type Options = {
  clock?: Clock;
  /** The daemon that must own the database; any may when it is not given. */
  owner?: Owner;
  /** Called once, when the database or its thread has failed for good: unanswered and later calls fail with this error. */
  onBroken?: (error: StorageError) => void;
};

/**
 * Opens the database at `path`, or makes it.
 * @throws Error with a sentence for the operator when it cannot be used
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
    // Answered after the batch: nothing waits for it.
    calls.call('checkpoint', null).catch(fail);
  };
  const queue = new CommitQueue(commit, clock);
  const close = async () => {
    await queue.idle();
    await calls.close();
  };
  const askedBy = (requester: Requester | null): Store => {
    const operations = operationNames.map((name) => [
      name,
      (params: unknown) => queue.add({ name, params: ownBytes(params), now: clock.now() }, requester),
    ]);
    return { ...(Object.fromEntries(operations) as { [N in OperationName]: Store[N] }), close };
  };
  return { ...askedBy(null), for: askedBy };
}

/** Copies the bytes of a request: they are views into the record they arrived in, and posting a view copies the whole record. */
function ownBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
  if (Array.isArray(value)) return value.map(ownBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, ownBytes(part)]));
}

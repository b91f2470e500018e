/** The store on SQLite, in a thread of its own so that no disk ever delays a socket. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../protocol/errors.ts';
import { type Clock, systemClock } from '../../protocol/seams.ts';
import { StorageError } from '../storage-error.ts';
import type { Call, Outcome } from './group-commit.ts';
import { operationNames } from './operations.ts';
import type { FromWorker } from './sqlite-worker.ts';
import type { OperationName, Store } from './store.ts';

/** Calls in one commit, and commits that the thread may hold; the rest gather here and go together. */
const CALLS_PER_BATCH = 1000;
const BATCHES_IN_FLIGHT = 2;

type Waiting = { call: Call; resolve: (result: unknown) => void; reject: (error: Error) => void };

type Options = {
  clock?: Clock;
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
export async function openSqliteStore(path: string, options: Options = {}): Promise<Store> {
  const clock = options.clock ?? systemClock;
  const url = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
  // Node 22 warns that node:sqlite is experimental; a warning in an operator's log would only alarm.
  const worker = new Worker(url, { workerData: { path }, execArgv: ['--disable-warning=ExperimentalWarning'] });
  const queue = new CommitQueue((batch) => worker.postMessage(batch));
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
      if ('outcomes' in message) queue.settle(message.outcomes);
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
  const calls = operationNames.map((name) => [
    name,
    (params: unknown) => queue.add({ name, params: ownBytes(params), now: clock.now() }),
  ]);
  return { ...(Object.fromEntries(calls) as { [N in OperationName]: Store[N] }), close };
}

/** What was asked while a batch is being committed becomes the next batch: no timer, and no wait when idle. */
class CommitQueue {
  readonly #send: (batch: Call[]) => void;
  #waiting: Waiting[] = [];
  readonly #sent: Waiting[][] = [];
  #scheduled = false;
  #failure: Error | null = null;
  #onIdle: (() => void)[] = [];

  constructor(send: (batch: Call[]) => void) {
    this.#send = send;
  }

  add(call: Call): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#flush();
      });
    });
  }

  settle(outcomes: Outcome[]): void {
    const batch = this.#sent.shift() ?? [];
    this.#flush();
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index] ?? { error: 'no outcome' };
      if ('result' in outcome) resolve(outcome.result);
      else if ('refusal' in outcome) reject(new Refusal(outcome.refusal.code, outcome.refusal.message));
      else reject(new Error(`the store failed: ${outcome.error}`));
    }
    this.#tellIdle();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    const lost = [...this.#sent.splice(0).flat(), ...this.#waiting.splice(0)];
    for (const { reject } of lost) reject(this.#failure);
    this.#tellIdle();
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#tellIdle();
    });
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#sent.length < BATCHES_IN_FLIGHT) {
      const batch = this.#waiting.splice(0, CALLS_PER_BATCH);
      this.#sent.push(batch);
      this.#send(batch.map(({ call }) => call));
    }
  }

  #tellIdle(): void {
    if (this.#sent.length > 0 || this.#waiting.length > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
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

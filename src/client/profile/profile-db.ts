/** The profile's database: node:sqlite in a worker, so that no statement holds up the screen. Shared by processes (WAL). */
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { workerLimits } from '../../protocol/crypto/worker-pool.ts';
import { ClientError } from '../errors.ts';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;
export type Statement = { sql: string; params?: readonly SqlValue[] };

/** All @throw ClientError 'disk-full' when there is no room for what they write. */
export interface ProfileDb {
  all(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  run(sql: string, params?: readonly SqlValue[]): Promise<{ changes: number }>;
  /** All or nothing; on stable storage when it resolves. Takes the write lock at its start. */
  transaction(statements: readonly Statement[]): Promise<void>;
  /** Resolves when what was asked before is done and the file is closed. */
  close(): Promise<void>;
}

export type Job = { id: number; kind: 'all' | 'run' | 'transaction' | 'close'; statements: readonly Statement[] };
/** `full`: the disk has no room. */
export type Failure = { full: boolean; reason: string };
export type JobAnswer = { id: number; rows: Row[]; changes: number; failed: Failure | null };
/** The first message of the worker: `newer` is the schema version of a file that a newer securechat wrote. */
export type Opened =
  | { opened: true }
  | { opened: false; newer: number }
  | { opened: false; newer: null; failed: Failure };

/**
 * Opens or makes `path` and brings it to version `migrations.length`: entry i holds the statements from version i to i + 1.
 * @throws ClientError 'version' when the file is newer, 'disk-full'
 */
export async function openProfileDb(path: string, migrations: readonly (readonly string[])[]): Promise<ProfileDb> {
  const worker = new Worker(new URL(`./profile-db-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { path, migrations },
    // Hooks of the main thread (a loader for tests) are not needed there.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: workerLimits,
  });
  const opened = await new Promise<Opened>((done, fail) => {
    worker.once('message', done);
    worker.once('error', fail);
  });
  if (!opened.opened) {
    await worker.terminate();
    if (opened.newer === null)
      throw opened.failed.full
        ? diskFull(path)
        : new ClientError('refused', `the profile cannot be opened: ${opened.failed.reason}`);
    throw new ClientError(
      'version',
      `the profile ${path} was written by a newer securechat (version ${opened.newer}, this one knows ${migrations.length}); update securechat`,
    );
  }
  return new WorkerDb(worker, path);
}

function diskFull(path: string): ClientError {
  return new ClientError(
    'disk-full',
    `the disk that holds ${dirname(path)} is full; make room there, and try it again`,
  );
}

class WorkerDb implements ProfileDb {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { done: (answer: JobAnswer) => void; fail: (error: Error) => void }>();
  #next = 1;
  #closed: Promise<void> | null = null;

  constructor(worker: Worker, path: string) {
    this.#worker = worker;
    worker.unref();
    worker.on('message', (answer: JobAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (this.#waiting.size === 0) worker.unref();
      if (answer.failed === null) waiting?.done(answer);
      else waiting?.fail(answer.failed.full ? diskFull(path) : new Error(answer.failed.reason));
    });
    worker.on('error', (error: Error) => this.#failAll(error));
    worker.on('exit', () => this.#failAll(new Error('the profile database is closed')));
  }

  async all(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#ask('all', [{ sql, params }])).rows;
  }

  async run(sql: string, params: readonly SqlValue[] = []): Promise<{ changes: number }> {
    return { changes: (await this.#ask('run', [{ sql, params }])).changes };
  }

  async transaction(statements: readonly Statement[]): Promise<void> {
    if (statements.length > 0) await this.#ask('transaction', statements);
  }

  close(): Promise<void> {
    this.#closed ??= this.#ask('close', []).then(async () => {
      await this.#worker.terminate();
    });
    return this.#closed;
  }

  #ask(kind: Job['kind'], statements: readonly Statement[]): Promise<JobAnswer> {
    if (this.#closed !== null) return Promise.reject(new Error('the profile database is closed'));
    const id = this.#next++;
    return new Promise((done, fail) => {
      // A process with nothing else to do waits for its statements.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { done, fail });
      this.#worker.postMessage({ id, kind, statements } satisfies Job);
    });
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.fail(error);
    this.#waiting.clear();
  }
}

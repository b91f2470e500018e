/** Runs a batch of calls in one transaction, so that they share one sync to disk. */
import type { DatabaseSync } from 'node:sqlite';
import { sqliteCode } from '../../platform/sqlite.ts';
import { Refusal, type RefusalCode } from '../../protocol/base/errors.ts';
import { type Implementation, statements, type Transaction } from '../store/operation.ts';
import type { OperationName, Operations } from '../store/store.ts';

/** The database has failed for good: nothing that it stored or answers can be relied on. */
export class BrokenDatabase extends Error {
  override readonly name = 'BrokenDatabase';
}

export type Call = { name: OperationName; params: unknown; now: number };

export type Outcome = { result: unknown } | { refusal: { code: RefusalCode; message: string } } | { error: string };

/** The outcome of each call, and the milliseconds of work and of commits with their syncs. */
export type Batch = { outcomes: Outcome[]; workMs: number; syncMs: number };

/**
 * Runs calls in order, each in a savepoint. Outcomes are returned after the commit was synced. A refused call changes nothing and does not
 * affect the others. When the transaction itself fails, each call is tried again in one of its own, so that only the faulty ones fail.
 * After a disk error other than a full disk nothing is tried again, since a second sync may succeed without having written what the
 * first one could not: it throws BrokenDatabase.
 */
export class GroupCommit {
  readonly #db: Pick<DatabaseSync, 'exec'>;
  readonly #sql: Transaction['sql'];
  readonly #operations: Implementation<Operations>;
  readonly #onCommit: (commits: number, at: number) => void;
  #syncMs = 0;

  /** @param onCommit called after each commit that changed something, with its number and time, before outcomes are returned */
  constructor(
    db: DatabaseSync,
    operations: Implementation<Operations>,
    onCommit: (commits: number, at: number) => void = () => {},
  ) {
    this.#db = db;
    this.#sql = statements(db);
    this.#operations = operations;
    this.#onCommit = onCommit;
  }

  runTimed(calls: readonly Call[]): Batch {
    this.#syncMs = 0;
    const begun = performance.now();
    const outcomes = this.run(calls);
    return { outcomes, workMs: performance.now() - begun - this.#syncMs, syncMs: this.#syncMs };
  }

  run(calls: readonly Call[]): Outcome[] {
    try {
      return this.#transaction(calls);
    } catch (error) {
      checkBroken(error);
      if (calls.length === 1) return [failed(error)];
      return calls.flatMap((call) => this.run([call]));
    }
  }

  #transaction(calls: readonly Call[]): Outcome[] {
    this.#sql('BEGIN IMMEDIATE').run();
    try {
      const before = this.#changes();
      const outcomes = calls.map((call) => this.#call(call));
      const at = Math.max(0, ...calls.map(({ now }) => now));
      const commits = this.#changes() === before ? null : this.#count(at);
      const begun = performance.now();
      this.#sql('COMMIT').run();
      if (commits !== null) this.#onCommit(commits, at);
      this.#syncMs += performance.now() - begun;
      return outcomes;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #changes(): unknown {
    return this.#sql('SELECT total_changes() AS n').get()?.n;
  }

  #count(at: number): number {
    return Number(this.#sql('UPDATE standing SET commits = commits + 1, at = ? RETURNING commits').get(at)?.commits);
  }

  #call({ name, params, now }: Call): Outcome {
    const operation = this.#operations[name] as (tx: Transaction, params: unknown) => unknown;
    this.#sql('SAVEPOINT call').run();
    try {
      const result = operation({ sql: this.#sql, now }, params);
      this.#sql('RELEASE call').run();
      return { result };
    } catch (error) {
      checkBroken(error);
      this.#undo(error);
      if (error instanceof Refusal) return { refusal: { code: error.code, message: error.message } };
      return failed(error);
    }
  }

  /** Undoes one call. @throws `error` when a full disk has ended the whole transaction */
  #undo(error: unknown): void {
    try {
      this.#sql('ROLLBACK TO call').run();
      this.#sql('RELEASE call').run();
    } catch {
      throw error;
    }
  }

  /** A full disk may have rolled back already, and then there is nothing to roll back. */
  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK');
    } catch {}
  }
}

/** SQLITE_NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, PROTOCOL, NOTADB. */
const BROKEN = new Set([7, 8, 10, 11, 14, 15, 26]);
const SQLITE_FULL = 13;
/** Extended codes of SQLITE_IOERR for a file that could not grow: write, truncate, shared-memory size. */
const COULD_NOT_GROW = new Set([SQLITE_FULL, 778, 1546, 4874]);

/** @throws BrokenDatabase when `error` means that the database must not be used any more */
export function checkBroken(error: unknown): void {
  if (error instanceof BrokenDatabase) throw error;
  const code = sqliteCode(error);
  if (COULD_NOT_GROW.has(code) || !BROKEN.has(code & 0xff)) return;
  throw new BrokenDatabase('the database failed', { cause: error });
}

function failed(error: unknown): Outcome {
  if (COULD_NOT_GROW.has(sqliteCode(error))) {
    return {
      refusal: { code: 'disk-full', message: "the server's disk is full: try again later, or tell its operator" },
    };
  }
  return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

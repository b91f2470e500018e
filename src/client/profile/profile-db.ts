/** The profile's database: node:sqlite in a thread, so that no statement holds up the screen. Several processes share it (WAL). */
import { dirname } from 'node:path';
import { smallYoungGeneration, WorkerCalls, workerUrl } from '../../platform/worker-calls.ts';
import { ClientError } from '../errors.ts';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;
export type Statement = { sql: string; params?: readonly SqlValue[] };

/** All throw ClientError 'disk-full' when the disk has no room. */
export interface ProfileDb {
  all(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  run(sql: string, params?: readonly SqlValue[]): Promise<{ changes: number }>;
  /** Runs all statements or none; on stable storage when it resolves. Takes the write lock at its start. */
  transaction(statements: readonly Statement[]): Promise<void>;
  /** Resolves when all earlier calls are done and the file is closed. */
  close(): Promise<void>;
}

/** `failed`: a sentence; `full`: the disk has no room. */
export type Outcome<T> = { result: T } | { failed: string; full: boolean };

export type ProfileDbOperations = {
  /** Returns the version of the file; one above the number of `migrations` is not opened. */
  open(params: { path: string; migrations: readonly (readonly string[])[] }): Outcome<number>;
  all(statement: Statement): Outcome<Row[]>;
  /** Returns the number of rows that changed. */
  run(statement: Statement): Outcome<number>;
  transaction(statements: readonly Statement[]): Outcome<null>;
  close(params: null): null;
};

/**
 * Opens or makes `path` and brings it to version `migrations.length`: entry i holds the statements from version i to i + 1.
 * @throws ClientError 'version' when the file is newer, 'disk-full'
 */
export async function openProfileDb(path: string, migrations: readonly (readonly string[])[]): Promise<ProfileDb> {
  const url = workerUrl('profile-db', import.meta.url);
  const calls = new WorkerCalls<ProfileDbOperations>(url, {
    name: 'the profile database',
    resourceLimits: smallYoungGeneration,
  });
  /** @throws ClientError 'disk-full', or Error with a sentence */
  const resultOf = <T>(outcome: Outcome<T>): T => {
    if ('result' in outcome) return outcome.result;
    throw outcome.full ? diskFull(path) : new Error(outcome.failed);
  };
  const opened = await calls.call('open', { path, migrations });
  if ('failed' in opened || opened.result > migrations.length) await calls.close();
  if ('failed' in opened)
    throw opened.full ? diskFull(path) : new ClientError('refused', `the profile cannot be opened: ${opened.failed}`);
  if (opened.result > migrations.length)
    throw new ClientError(
      'version',
      `the profile ${path} was written by a newer securechat (version ${opened.result}, this one knows ${migrations.length}); update securechat`,
    );
  return {
    all: async (sql, params = []) => resultOf(await calls.call('all', { sql, params })),
    run: async (sql, params = []) => ({ changes: resultOf(await calls.call('run', { sql, params })) }),
    async transaction(statements) {
      if (statements.length > 0) resultOf(await calls.call('transaction', statements));
    },
    close: () => calls.close(),
  };
}

function diskFull(path: string): ClientError {
  return new ClientError(
    'disk-full',
    `the disk that holds ${dirname(path)} is full; make room there, and try it again`,
  );
}

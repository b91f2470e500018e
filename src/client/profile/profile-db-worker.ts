/** The thread that owns the profile's database file. Knows SQL and nothing of what is in it. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { explainSqlite, sqliteCode } from '../../platform/sqlite.ts';
import type { Failure, Job, JobAnswer, Opened, Row, Statement } from './profile-db.ts';

const BUSY_MS = 10_000;
const MAX_PREPARED = 200;
/** SQLITE_FULL, and SQLITE_IOERR for a shared-memory file that could not grow. */
const NO_ROOM = [13, 4874];

if (parentPort === null) throw new Error('runs as a worker only');
const port = parentPort;
const { path, migrations } = workerData as { path: string; migrations: readonly (readonly string[])[] };
const prepared = new Map<string, StatementSync>();

const db = open();
if (db !== null) {
  port.on('message', (job: Job) => {
    const answer: JobAnswer = { id: job.id, rows: [], changes: 0, failed: null };
    try {
      carryOut(db, job, answer);
    } catch (error) {
      answer.failed = failureOf(error);
    }
    port.postMessage(answer);
  });
}

function open(): DatabaseSync | null {
  let file: DatabaseSync | null = null;
  let opened: Opened = { opened: true };
  try {
    file = new DatabaseSync(path);
    file.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    file.exec('PRAGMA journal_mode = WAL');
    // Commits reach the disk: a message's bytes and its number must outlive a power cut before they are sent.
    file.exec('PRAGMA synchronous = FULL');
    const version = migrate(file);
    if (version > migrations.length) {
      opened = { opened: false, newer: version };
      file.close();
      file = null;
    }
  } catch (error) {
    opened = { opened: false, newer: null, failed: failureOf(error) };
    file = null;
  }
  port.postMessage(opened);
  return file;
}

/** Two processes may start at once: the version is read again under the write lock. */
function migrate(file: DatabaseSync): number {
  const version = (): number => Number((file.prepare('PRAGMA user_version').get() as Row).user_version);
  if (version() >= migrations.length) return version();
  atOnce(file, () => {
    for (const step of migrations.slice(version())) for (const sql of step) file.exec(sql);
    if (version() < migrations.length) file.exec(`PRAGMA user_version = ${migrations.length}`);
  });
  return version();
}

/** All or nothing. */
function atOnce(file: DatabaseSync, action: () => void): void {
  file.exec('BEGIN IMMEDIATE');
  try {
    action();
    file.exec('COMMIT');
  } catch (error) {
    try {
      file.exec('ROLLBACK');
    } catch {
      // A full disk may have rolled back already.
    }
    throw error;
  }
}

function carryOut(file: DatabaseSync, job: Job, answer: JobAnswer): void {
  const [first] = job.statements;
  if (job.kind === 'close') {
    prepared.clear();
    file.close();
  } else if (job.kind === 'transaction') {
    atOnce(file, () => {
      for (const statement of job.statements) run(file, statement);
    });
  } else if (first !== undefined) {
    if (job.kind === 'all') answer.rows = prepare(file, first.sql).all(...(first.params ?? [])) as Row[];
    else answer.changes = run(file, first);
  }
}

function run(file: DatabaseSync, { sql, params = [] }: Statement): number {
  return Number(prepare(file, sql).run(...params).changes);
}

function prepare(file: DatabaseSync, sql: string): StatementSync {
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  if (prepared.size >= MAX_PREPARED) prepared.clear();
  const made = file.prepare(sql);
  prepared.set(sql, made);
  return made;
}

function failureOf(error: unknown): Failure {
  return { full: NO_ROOM.includes(sqliteCode(error)), reason: explainSqlite(error, path) };
}

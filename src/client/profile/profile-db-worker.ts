/** The thread that owns the profile's database file. It knows SQL, and not what the rows mean. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { explainSqlite, sqliteCode } from '../../platform/sqlite.ts';
import { answerCalls } from '../../platform/worker-calls.ts';
import type { Outcome, ProfileDbOperations, Row, Statement } from './profile-db.ts';

const BUSY_MS = 10_000;
const MAX_PREPARED = 200;
/** SQLITE_FULL, and SQLITE_IOERR for a shared-memory file that could not grow. */
const NO_ROOM = [13, 4874];

const prepared = new Map<string, StatementSync>();
let path = '';
let db: DatabaseSync | null = null;

answerCalls<ProfileDbOperations>({
  open(params) {
    path = params.path;
    return attempt(() => {
      const file = new DatabaseSync(path);
      file.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
      file.exec('PRAGMA journal_mode = WAL');
      // Commits reach the disk: a message's bytes and its number must outlive a power cut before they are sent.
      file.exec('PRAGMA synchronous = FULL');
      const version = migrate(file, params.migrations);
      if (version > params.migrations.length) file.close();
      else db = file;
      return version;
    });
  },
  all: ({ sql, params = [] }) => attempt(() => prepare(sql).all(...params) as Row[]),
  run: (statement) => attempt(() => run(statement)),
  transaction: (statements) =>
    attempt(() => {
      inTransaction(opened(), () => {
        for (const statement of statements) run(statement);
      });
      return null;
    }),
  close() {
    prepared.clear();
    db?.close();
    return null;
  },
});

function attempt<T>(action: () => T): Outcome<T> {
  try {
    return { result: action() };
  } catch (error) {
    return { failed: explainSqlite(error, path), full: NO_ROOM.includes(sqliteCode(error)) };
  }
}

function opened(): DatabaseSync {
  if (db === null) throw new Error('the profile database is not open');
  return db;
}

/** Two processes may start at once: the version is read again under the write lock. */
function migrate(file: DatabaseSync, migrations: readonly (readonly string[])[]): number {
  const version = (): number => Number((file.prepare('PRAGMA user_version').get() as Row).user_version);
  if (version() >= migrations.length) return version();
  inTransaction(file, () => {
    for (const step of migrations.slice(version())) for (const sql of step) file.exec(sql);
    if (version() < migrations.length) file.exec(`PRAGMA user_version = ${migrations.length}`);
  });
  return version();
}

/** All or nothing. */
function inTransaction(file: DatabaseSync, action: () => void): void {
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

function run({ sql, params = [] }: Statement): number {
  return Number(prepare(sql).run(...params).changes);
}

function prepare(sql: string): StatementSync {
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  if (prepared.size >= MAX_PREPARED) prepared.clear();
  const made = opened().prepare(sql);
  prepared.set(sql, made);
  return made;
}

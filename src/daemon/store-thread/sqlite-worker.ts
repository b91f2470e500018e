/** The thread that owns the database: batches in, outcomes out, checkpoints in between. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { explainSqlite, sqliteCode } from '../../platform/sqlite.ts';
import { StartError } from '../data/start-error.ts';
import { operations } from '../store/operations.ts';
import { openDatabase } from '../store/schema.ts';
import { type Batch, BrokenDatabase, type Call, checkBroken, GroupCommit } from './group-commit.ts';
import { checkOwner, keepOwner, type Owner } from './owner.ts';
import { checkSeal, Seal, standingOf } from './seal.ts';

/** Calls after which the write-ahead log is copied into the database; between batches, so that no answer waits for it. */
const CALLS_PER_CHECKPOINT = 1000;

/** SQLITE_CORRUPT, NOTADB. */
const DAMAGED = new Set([11, 26]);

export type WorkerData = {
  path: string;
  /** null: any database is taken as it is. */
  owner: Owner | null;
};

export type FromWorker =
  | { ready: true }
  | { refused: string }
  | Batch
  /** The last thing it says. */
  | { broken: string };

const port = parentPort;
if (port !== null) serve(port, workerData as WorkerData);

function serve(to: NonNullable<typeof parentPort>, { path, owner }: WorkerData): void {
  const say = (message: FromWorker) => to.postMessage(message);
  let db: DatabaseSync;
  let seal: Seal;
  let reader: DatabaseSync | null = null;
  try {
    reader = openReader(path, owner);
    ({ db, seal } = open(path, owner));
  } catch (error) {
    reader?.close();
    say({ refused: explainSqlite(error, path) });
    return;
  }
  const commits = new GroupCommit(db, operations, (count, at) => seal.set(count, at));
  let sinceCheckpoint = 0;
  const carryOut = (batch: Call[] | 'close') => {
    if (batch === 'close') {
      reader?.close();
      db.close();
      seal.close();
      to.close();
      return;
    }
    say(commits.timed(batch));
    sinceCheckpoint += batch.length;
    if (sinceCheckpoint < CALLS_PER_CHECKPOINT) return;
    sinceCheckpoint = 0;
    checkpoint(db);
  };
  let broken = false;
  to.on('message', (batch: Call[] | 'close') => {
    if (broken) return;
    try {
      carryOut(batch);
    } catch (error) {
      broken = true;
      const cause = error instanceof BrokenDatabase ? error.cause : error;
      closeAsItIs(db, reader);
      say({ broken: explainSqlite(cause, path) });
    }
  });
  say({ ready: true });
}

function open(path: string, owner: Owner | null): { db: DatabaseSync; seal: Seal } {
  const db = openDatabase(path);
  try {
    const standing = standingOf(db);
    if (standing === null) throw new Error(`${path} does not say how far it is; restore it from a backup`);
    if (owner !== null) keepOwner(db, owner);
    const seal = Seal.open(path, standing);
    syncFolder(dirname(path));
    return { db, seal };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Looks at the database before it is opened for writing, and stays open: the last one to close a database copies the
 * write-ahead log into it and removes the log, and one that only reads cannot. So what is refused or broken stays as it is.
 * null when there is no database yet. @throws StartError when something is missing or another daemon's, Error when it is damaged
 */
function openReader(path: string, owner: Owner | null): DatabaseSync | null {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(path, { readOnly: true });
  } catch {
    return null;
  }
  try {
    checkSeal(path, standingOf(db));
    if (owner !== null) checkOwner(path, db, owner);
    return db;
  } catch (error) {
    db.close();
    // What else keeps it from being read is found when it is opened in earnest.
    if (error instanceof StartError || DAMAGED.has(sqliteCode(error) & 0xff)) throw error;
    return null;
  }
}

function closeAsItIs(db: DatabaseSync, reader: DatabaseSync | null): void {
  if (reader === null) return;
  try {
    db.close();
  } catch {}
  reader.close();
}

/** @throws BrokenDatabase. */
function checkpoint(db: DatabaseSync): void {
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch (error) {
    // With a full disk the log still holds everything, and the next checkpoint tries again.
    checkBroken(error);
  }
}

/**
 * So that a database that was just made is still there after a power cut. Windows cannot open folders, and needs no
 * such thing.
 */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

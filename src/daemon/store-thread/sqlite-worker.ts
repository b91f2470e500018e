/** The thread that owns the database: commits batches of calls, and copies the write-ahead log into the database now and then. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explainSqlite, sqliteCode } from '../../platform/sqlite.ts';
import { answerCalls } from '../../platform/worker-calls.ts';
import { StartError } from '../data/start-error.ts';
import { openDatabase } from '../store/schema.ts';
import { CommitSeal, checkSeal, standingOf } from './commit-seal.ts';
import { checkOwner, keepOwner, type Owner } from './database-owner.ts';
import { type Batch, BrokenDatabase, type Call, checkBroken, GroupCommit } from './group-commit.ts';
import { operations } from './operations.ts';

/** SQLITE_CORRUPT, NOTADB. */
const DAMAGED = new Set([11, 26]);

export type StoreThreadOperations = {
  /** Returns why the database cannot be used; null when it is open. `owner` null: it may be any daemon's. */
  open(params: { path: string; owner: Owner | null }): string | null;
  commit(batch: Call[]): Batch;
  checkpoint(params: null): null;
  close(params: null): null;
};

type Opened = { path: string; db: DatabaseSync; reader: DatabaseSync | null; seal: CommitSeal; commits: GroupCommit };

let opened: Opened | null = null;

answerCalls<StoreThreadOperations>({
  open({ path, owner }) {
    let reader: DatabaseSync | null = null;
    try {
      reader = openReader(path, owner);
      const { db, seal } = open(path, owner);
      const commits = new GroupCommit(db, operations, (count, at) => seal.set(count, at));
      opened = { path, db, reader, seal, commits };
      return null;
    } catch (error) {
      reader?.close();
      return explainSqlite(error, path);
    }
  },
  commit: (batch) => orBroken(({ commits }) => commits.runTimed(batch)),
  checkpoint: () => orBroken(({ db }) => checkpoint(db)),
  close() {
    opened?.reader?.close();
    opened?.db.close();
    opened?.seal.close();
    return null;
  },
});

/** @throws Error with a sentence when the database has failed for good; its files stay as they are */
function orBroken<T>(action: (opened: Opened) => T): T {
  if (opened === null) throw new Error('the database is not open');
  try {
    return action(opened);
  } catch (error) {
    closeAsItIs(opened.db, opened.reader);
    throw new Error(explainSqlite(error instanceof BrokenDatabase ? error.cause : error, opened.path));
  }
}

function open(path: string, owner: Owner | null): { db: DatabaseSync; seal: CommitSeal } {
  const db = openDatabase(path);
  try {
    const standing = standingOf(db);
    if (standing === null) throw new Error(`${path} has no commit counter; restore it from a backup`);
    if (owner !== null) keepOwner(db, owner);
    const seal = CommitSeal.open(path, standing);
    syncFolder(dirname(path));
    return { db, seal };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens the database read-only, checks it, and keeps it open: the last connection that closes a database copies the write-ahead log into
 * it and deletes the log, which a read-only one cannot do. So a refused or broken database stays as it is.
 * @returns null when there is no database yet
 * @throws StartError when commits are missing or it belongs to another daemon, Error when it is damaged
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
    // Other errors appear again when it is opened for writing.
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

/** Copies the write-ahead log into the database. @throws BrokenDatabase */
function checkpoint(db: DatabaseSync): null {
  try {
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch (error) {
    // On a full disk the log still holds everything, and the next checkpoint tries again.
    checkBroken(error);
  }
  return null;
}

/** Makes a new database survive a power cut. Does nothing on Windows, which cannot open folders. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

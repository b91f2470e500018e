/** The thread that owns the database: batches in, outcomes out, checkpoints in between. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type Call, checkBroken, GroupCommit } from './group-commit.ts';
import { operations } from './operations.ts';
import { openDatabase } from './schema.ts';

/** Calls after which the write-ahead log is copied into the database; between batches, so that no answer waits for it. */
const CALLS_PER_CHECKPOINT = 4000;

export type FromWorker =
  | { ready: true }
  | { refused: string }
  | { outcomes: ReturnType<GroupCommit['run']> }
  /** The last thing it says. */
  | { broken: string };

const port = parentPort;
if (port !== null) serve(port, (workerData as { path: string }).path);

function serve(to: NonNullable<typeof parentPort>, path: string): void {
  const say = (message: FromWorker) => to.postMessage(message);
  let db: ReturnType<typeof openDatabase>;
  try {
    db = openDatabase(path);
    syncFolder(dirname(path));
  } catch (error) {
    say({ refused: error instanceof Error ? error.message : String(error) });
    return;
  }
  const commits = new GroupCommit(db, operations);
  let sinceCheckpoint = 0;
  const carryOut = (batch: Call[] | 'close') => {
    if (batch === 'close') {
      db.close();
      to.close();
      return;
    }
    say({ outcomes: commits.run(batch) });
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
      say({ broken: error instanceof Error ? error.message : String(error) });
    }
  });
  say({ ready: true });
}

/** @throws BrokenDatabase. */
function checkpoint(db: ReturnType<typeof openDatabase>): void {
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

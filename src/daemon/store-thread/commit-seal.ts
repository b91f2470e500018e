/**
 * securechat.seal: a file beside the database with the number of its newest commit. SQLite silently drops everything after a damaged part
 * of the write-ahead log; a database with fewer commits than its seal has lost data that was confirmed to people.
 *
 * It has two lines of 512 bytes, written in turn, so that a power cut during a write leaves the other:
 * `securechat-seal 1 <database id> <commits> <ms since 1970> <check>`, where check is the start of a SHA-256. It is written after each
 * commit, before the answers, and not synced: after a power cut it may be older than the database, which proves nothing.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StartError } from '../data/start-error.ts';

const SLOT_BYTES = 512;
const SLOTS = 2;
const CHECK_DIGITS = 16;

/** The id of a database, its number of commits, and the daemon's time of the newest one: ms since 1970, 0 before the first. */
export type Standing = { id: string; commits: number; at: number };

export class CommitSeal {
  readonly #file: number;
  #newest: Standing;

  /** Opens the seal of the database at `path`, or makes it on stable storage. @throws StartError as checkSeal does */
  static open(path: string, standing: Standing): CommitSeal {
    checkSeal(path, standing);
    // By a rename: half of a new one would look damaged at the next start.
    const isNew = readSlots(path) === null;
    const beside = `${sealOf(path)}.new`;
    const file = openSync(isNew ? beside : sealOf(path), isNew ? 'w+' : 'r+', 0o600);
    try {
      const seal = new CommitSeal(file, standing);
      for (let slot = 0; slot < SLOTS; slot++) seal.#write(slot);
      fsyncSync(file);
      if (isNew) renameSync(beside, sealOf(path));
      return seal;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  private constructor(file: number, newest: Standing) {
    this.#file = file;
    this.#newest = newest;
  }

  /** Records a commit. Errors are ignored: a seal that is behind only proves less. */
  set(commits: number, at: number): void {
    this.#newest = { ...this.#newest, commits, at };
    try {
      this.#write(commits % SLOTS);
    } catch {}
  }

  close(): void {
    try {
      fsyncSync(this.#file);
    } catch {}
    closeSync(this.#file);
  }

  #write(slot: number): void {
    writeSync(this.#file, slotOf(this.#newest), 0, SLOT_BYTES, slot * SLOT_BYTES);
  }
}

/** Returns the path of the seal of the database at `path`. */
export function sealOf(path: string): string {
  return `${path.replace(/\.db$/, '')}.seal`;
}

/**
 * Compares the database at `path` with its seal, if there is one. Changes neither.
 * @throws StartError when the database lacks commits that the seal knows of, is another one, or the seal is damaged
 */
export function checkSeal(path: string, standing: Standing | null): void {
  const slots = readSlots(path);
  if (slots === null) return;
  const sealed = newestOf(slots);
  const seal = sealOf(path);
  const goOn = `to go on with what there is, remove ${seal}`;
  if (sealed === null) throw new StartError(`${seal} is damaged; restore it from a backup, or ${goOn}`);
  if (sealed.id !== standing?.id) {
    throw new StartError(`${path} is not the database that ${seal} belongs to; put the right one back, or ${goOn}`);
  }
  const missing = sealed.commits - standing.commits;
  if (missing <= 0) return;
  const last = standing.at === 0 ? 'the beginning' : time(standing.at);
  throw new StartError(
    `${path} lacks its newest ${missing} ${missing === 1 ? 'commit' : 'commits'}: what was stored after ${last}, up to ${time(sealed.at)}; ` +
      `${path}-wal was cut, altered or lost, an older database was put back, or these files were copied while the daemon ran. Nothing was changed now. ` +
      `Put ${path} and ${path}-wal back as they were; or, ${goOn}`,
  );
}

/** Reads the standing from the database; null when it was made before there were seals. */
export function standingOf(db: DatabaseSync): Standing | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'standing'").get() === undefined) return null;
  const row = db.prepare('SELECT id, commits, at FROM standing').get();
  if (row === undefined) return null;
  return { id: Buffer.from(row.id as Uint8Array).toString('hex'), commits: Number(row.commits), at: Number(row.at) };
}

/** Returns null when there is no seal. */
function readSlots(path: string): string[] | null {
  let text: string;
  try {
    text = readFileSync(sealOf(path), 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StartError(
      `${sealOf(path)} cannot be read: ${(error as Error).message}; restore it from a backup, or remove it`,
    );
  }
  return Array.from({ length: SLOTS }, (_, slot) => text.slice(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES));
}

function newestOf(slots: readonly string[]): Standing | null {
  let newest: Standing | null = null;
  for (const text of slots) {
    const [, id = '', commits, at] = /^securechat-seal 1 ([0-9a-f]{32}) (\d{1,16}) (\d{1,16}) /.exec(text) ?? [];
    const read = { id, commits: Number(commits), at: Number(at) };
    if (text !== slotOf(read).toString('latin1')) continue;
    if (newest === null || read.commits > newest.commits) newest = read;
  }
  return newest;
}

function slotOf({ id, commits, at }: Standing): Buffer {
  const text = `securechat-seal 1 ${id} ${commits} ${at} `;
  const check = createHash('sha256').update(text).digest('hex').slice(0, CHECK_DIGITS);
  return Buffer.from(`${`${text}${check}`.padEnd(SLOT_BYTES - 1)}\n`, 'latin1');
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

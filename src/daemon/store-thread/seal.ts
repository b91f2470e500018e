/**
 * securechat.seal: beside the database, the number of its newest commit. SQLite drops what follows a damaged place of the
 * write-ahead log without a word; a database that stands below its seal has lost what people were told is stored.
 *
 * Two lines of 512 bytes, written in turn, so that a power cut in the middle of one leaves the other:
 * `securechat-seal 1 <database id> <commits> <ms since 1970> <check>`. It is written after each commit and before its answers,
 * and never waits for the disk: after a power cut it may be older than the database, which says nothing.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StartError } from '../data/start-error.ts';

const SLOT_BYTES = 512;
const SLOTS = 2;
const CHECK_DIGITS = 16;

/** Which database it is, and how far: `at` is the daemon's time of the newest commit, 0 before the first. */
export type Standing = { id: string; commits: number; at: number };

export class Seal {
  readonly #file: number;
  #newest: Standing;

  /** Of the database at `path`; made, on stable storage, when it is missing. @throws StartError as checkSeal does. */
  static open(path: string, standing: Standing): Seal {
    checkSeal(path, standing);
    // A new one is there whole or not at all: half of one would be taken for a damaged one at the next start.
    const isNew = readSlots(path) === null;
    const beside = `${sealOf(path)}.new`;
    const file = openSync(isNew ? beside : sealOf(path), isNew ? 'w+' : 'r+', 0o600);
    try {
      const seal = new Seal(file, standing);
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

  /** After a commit. A seal that cannot be written stays behind, and then proves less. */
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

/** Where the seal of the database at `path` lies. */
export function sealOf(path: string): string {
  return `${path.replace(/\.db$/, '')}.seal`;
}

/**
 * Compares the database at `path` with its seal, if there is one, and changes neither.
 * @throws StartError when the database is not all that its seal knows of, or the seal is damaged.
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

/** What the database says of itself; null when it is older than seals are. */
export function standingOf(db: DatabaseSync): Standing | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'standing'").get() === undefined) return null;
  const row = db.prepare('SELECT id, commits, at FROM standing').get();
  if (row === undefined) return null;
  return { id: Buffer.from(row.id as Uint8Array).toString('hex'), commits: Number(row.commits), at: Number(row.at) };
}

/** null when there is none. */
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

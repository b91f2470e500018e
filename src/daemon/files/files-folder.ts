/** The folder server_files: `<file id>.part` during the upload, then `<file id>`. Other names are left alone. */
import { join } from 'node:path';
import { syncFolder } from '../../platform/durable-write.ts';
import type { FileSystem, OpenFile } from '../../platform/file-system.ts';
import { makeFolders } from '../../platform/make-folders.ts';
import { nullIfMissing } from '../../platform/missing-file.ts';
import { fromHex, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { limitValues } from '../limits/limits.ts';
import type { ThrottledWarnings } from '../logging/throttled-warnings.ts';
import { FolderMissing } from './file-failure.ts';
import { WorkQueue } from './work-queue.ts';

const NAME = /^([0-9a-f]{32})(\.part)?$/;

/** The id of the file with this name, or null when the name is not one of ours. */
export function fileIdOf(name: string): Uint8Array | null {
  const id = NAME.exec(name)?.[1];
  return id === undefined ? null : Uint8Array.from(fromHex(id));
}

export class FilesFolder {
  readonly #dir: string;
  readonly #fs: FileSystem;
  readonly #warnings: Pick<ThrottledWarnings, 'warn'>;
  /** The database syncs to the same disk, and answers wait for it: at most one of these syncs runs at a time. */
  readonly #syncs = new WorkQueue();
  /** The next sync of the folder, while it has not started. */
  #nextSync: Promise<void> | null = null;

  constructor(dir: string, fs: FileSystem, warnings: Pick<ThrottledWarnings, 'warn'>) {
    this.#dir = dir;
    this.#fs = fs;
    this.#warnings = warnings;
  }

  path(file: Uint8Array): string {
    return join(this.#dir, hex(file));
  }

  async make(): Promise<void> {
    await makeFolders(this.#fs, this.#dir, 0o700);
  }

  /** Opens the part for reading and writing, and creates it durably when it is missing. */
  async openPart(file: Uint8Array): Promise<OpenFile> {
    const path = `${this.path(file)}.part`;
    const old = await nullIfMissing(this.#fs.open(path, 'r+'));
    if (old !== null) return old;
    const made = await this.#inFolder(this.#fs.open(path, 'wx+', 0o600));
    try {
      await this.sync();
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  /** Bytes that files may still use. Negative when they have used space reserved for messages. */
  async room(): Promise<number> {
    const { bsize, blocks, bavail } = await this.#inFolder(this.#fs.statfs(this.#dir));
    return bsize * bavail - Math.min(limitValues.diskReserve, limitValues.diskReserveShare * bsize * blocks);
  }

  /** Checks that files may use `bytes` more. @throws Refusal 'disk-full' */
  async checkRoom(bytes: number): Promise<void> {
    if ((await this.room()) >= bytes) return;
    throw new Refusal(
      'disk-full',
      "the server's disk has no room for this file: tell its operator, then send it again",
    );
  }

  /** null when the file does not exist. */
  async openWhole(file: Uint8Array): Promise<OpenFile | null> {
    return nullIfMissing(this.#fs.open(this.path(file), 'r'));
  }

  /** Renames the part to the whole file. Durable when it resolves. */
  async promote(file: Uint8Array): Promise<void> {
    await this.#inFolder(this.#fs.rename(`${this.path(file)}.part`, this.path(file)));
    await this.sync();
  }

  async remove(file: Uint8Array): Promise<void> {
    await nullIfMissing(this.#fs.unlink(`${this.path(file)}.part`));
    await nullIfMissing(this.#fs.unlink(this.path(file)));
  }

  /** The ids of all files here, whole or partial. */
  async list(): Promise<Uint8Array[]> {
    return (await this.#inFolder(this.#fs.readdir(this.#dir))).map(fileIdOf).filter((file) => file !== null);
  }

  /** The ids of whole files, in hex. */
  async whole(): Promise<Set<string>> {
    const names = await this.#inFolder(this.#fs.readdir(this.#dir));
    return new Set(names.filter((name) => fileIdOf(name) !== null && !name.includes('.')));
  }

  /** Makes created, renamed and removed names durable. Callers during a sync share the next one. */
  sync(): Promise<void> {
    this.#nextSync ??= this.#syncs.run('names', () => {
      this.#nextSync = null;
      return this.#inFolder(syncFolder(this.#fs, this.#dir));
    });
    return this.#nextSync;
  }

  /** @throws FolderMissing when the folder is missing, and anything else that `doing` throws */
  async #inFolder<T>(doing: Promise<T>): Promise<T> {
    try {
      return await doing;
    } catch (error) {
      const isMissing =
        (error as NodeJS.ErrnoException | null)?.code === 'ENOENT' &&
        (await nullIfMissing(this.#fs.stat(this.#dir))) === null;
      if (!isMissing) throw error;
      const what =
        'this folder is missing, and uploads are refused until it is back: restore it from a backup, or create it empty; no restart is needed';
      this.#warnings.warn('files_folder_missing', this.#dir, what);
      throw new FolderMissing();
    }
  }

  /** Runs the sync of a file of `owner`. Owners take turns. */
  inTurn(owner: Uint8Array, sync: () => Promise<void>): Promise<void> {
    return this.#syncs.run(hex(owner), sync);
  }
}

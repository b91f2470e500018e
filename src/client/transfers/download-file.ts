/** The file of a download: `<name>.<tag>.part` until it is complete, then a free name. Never overwrites a file. */
import { constants } from 'node:fs';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { syncFolder, writeAll } from '../../platform/durable-write.ts';
import type { FileStat, FileSystem, OpenFile } from '../../platform/file-system.ts';
import { makeFolders } from '../../platform/make-folders.ts';
import { safeFileName } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';
import type { DownloadRecord } from './transfer-record.ts';

const OTHER_FOLDER = 'choose another folder with --downloads DIR or --out DIR';
const MAX_NAMES = 10_000;
/** Error codes of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** The path of the `.part`. */
export function partPath({ dir, name, tag }: DownloadRecord): string {
  return join(dir, `${safeFileName(name)}.${tag}.part`);
}

/** The path of a file that got its final name before its program ended; null if it is not complete. */
export async function findCompleted(fs: FileSystem, record: DownloadRecord): Promise<string | null> {
  const { path, size } = record;
  if (path === null) return null;
  const [part, file] = await Promise.all([partPath(record), path].map((one) => fs.lstat(one).catch(() => null)));
  if (!file?.isFile() || file.size !== size) return null;
  if (part && part.ino !== file.ino) return null;
  if (part) await fs.unlink(partPath(record)).catch(() => {});
  return path;
}

/** The size of the `.part`, in bytes. */
export async function partSize(fs: FileSystem, record: DownloadRecord): Promise<number> {
  const stat = await fs.lstat(partPath(record)).catch(() => null);
  return Math.min(record.size, stat?.size ?? 0);
}

export class DownloadFile {
  /** With the folder that is used, which may be another one than before. */
  readonly record: DownloadRecord;
  readonly #fs: FileSystem;
  readonly #part: string;
  readonly #handle: OpenFile;

  /**
   * Opens the `.part`, and makes it and its folder if they are missing. If its own folder cannot be used, starts over in `dir`.
   * @throws ClientError 'usage' when neither can be used
   */
  static async open(fs: FileSystem, record: DownloadRecord, dir = record.dir): Promise<DownloadFile> {
    try {
      await makeFolders(fs, record.dir);
      return new DownloadFile(fs, record, await openPart(fs, partPath(record)));
    } catch (thrown) {
      const error = diskError(record.dir, thrown);
      if (dir === record.dir || !(error instanceof ClientError && error.code === 'usage')) throw error;
    }
    return DownloadFile.open(fs, { ...record, dir, path: null });
  }

  private constructor(fs: FileSystem, record: DownloadRecord, handle: OpenFile) {
    this.#fs = fs;
    this.record = record;
    this.#part = partPath(record);
    this.#handle = handle;
  }

  /** Bytes that an earlier attempt wrote. */
  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  /** Checks that the disk has room for `bytes` more, as far as the system says. @throws ClientError 'refused' */
  async checkRoom(bytes: number): Promise<void> {
    const { dir, name } = this.record;
    const disk = await this.#fs.statfs(dir).catch(() => null);
    const free = disk === null ? Number.POSITIVE_INFINITY : disk.bsize * disk.bavail;
    if (bytes <= free) return;
    throw new ClientError(
      'refused',
      `${safeFileName(name)} needs ${prettyBytes(bytes)}, and ${prettyBytes(free)} are free in ${dir}; make room there, or ${OTHER_FOLDER}`,
    );
  }

  async truncate(size: number): Promise<void> {
    await this.#withDiskErrors(() => this.#handle.truncate(size));
  }

  async read(into: Uint8Array, position: number): Promise<Uint8Array> {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await this.#withDiskErrors(() =>
        this.#handle.read(into, done, into.length - done, position + done),
      );
      if (bytesRead === 0)
        throw new ClientError('refused', `another program changed ${this.#part}; start the download again`);
      done += bytesRead;
    }
    return into;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await this.#withDiskErrors(() => writeAll(this.#handle, bytes, position));
  }

  async datasync(): Promise<void> {
    await this.#withDiskErrors(() => this.#handle.datasync());
  }

  /**
   * Syncs the file and gives it the first free name of `a.txt`, `a (2).txt`, …; the `.part` is gone then. Returns the path.
   * @param note stores the path and the file's stat before the file gets the name: if this program ends in between, `namedBefore`
   *   finds it
   */
  async finish(note: (named: DownloadRecord & { path: string }, stat: FileStat) => Promise<void>): Promise<string> {
    const { dir } = this.record;
    const name = safeFileName(this.record.name);
    const stat = await this.#withDiskErrors(async () => {
      await this.#handle.sync();
      const whole = await this.#handle.stat();
      await this.#handle.close();
      return whole;
    });
    for (let n = 1; n <= MAX_NAMES; n++) {
      const path = join(dir, numbered(name, n));
      if ((await this.#fs.lstat(path).catch(() => null)) !== null) continue;
      await note({ ...this.record, path }, stat);
      if (!(await this.#withDiskErrors(() => this.#takeName(path)))) continue;
      await this.#withDiskErrors(() => syncFolder(this.#fs, dir));
      return path;
    }
    throw new ClientError('usage', `${dir} is full of files called ${name}; choose another folder`);
  }

  /** Closes the `.part` for the next attempt, and deletes an empty one. */
  async closePart(): Promise<void> {
    const empty = (await this.size().catch(() => 1)) === 0;
    await this.#handle.close().catch(() => {});
    if (empty) await this.#fs.unlink(this.#part).catch(() => {});
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await this.#fs.unlink(this.#part).catch(() => {});
  }

  /** @returns false when the name is taken */
  async #takeName(path: string): Promise<boolean> {
    try {
      await this.#fs.link(this.#part, path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') return false;
      if (code === undefined || !NO_LINKS.includes(code)) throw error;
      return this.#reserveAndRename(path);
    }
    // The file has its name; the `.part` may stay.
    await this.#fs.unlink(this.#part).catch(() => {});
    return true;
  }

  /** The rename replaces only the empty file that was made here. */
  async #reserveAndRename(path: string): Promise<boolean> {
    try {
      await (await this.#fs.open(path, 'wx', 0o600)).close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    await this.#fs.rename(this.#part, path);
    return true;
  }

  async #withDiskErrors<T>(doing: () => Promise<T>): Promise<T> {
    try {
      return await doing();
    } catch (error) {
      throw diskError(this.record.dir, error);
    }
  }
}

/** Opens the `.part`: never follows a symbolic link, and never writes to a file that has another name as well. */
async function openPart(fs: FileSystem, part: string): Promise<OpenFile> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const handle = await fs.open(part, flags, 0o600);
  const stat = await handle.stat();
  if (stat.isFile() && stat.nlink <= 1) return handle;
  await handle.close();
  if (!stat.isFile()) throw new ClientError('usage', `${part} is in the way; move it, or choose another folder`);
  await fs.unlink(part);
  return fs.open(part, flags | constants.O_EXCL, 0o600);
}

/** `a.txt` for 1, `a (2).txt` for 2. */
function numbered(name: string, n: number): string {
  if (n === 1) return name;
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? dot : name.length;
  return `${name.slice(0, stem)} (${n})${name.slice(stem)}`;
}

function diskError(dir: string, error: unknown): Error {
  if (error instanceof ClientError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new ClientError('refused', `the disk is full; make room in ${dir} and repeat it to go on`);
    case 'EROFS':
      return new ClientError('usage', `${dir} is on a disk that can only be read; ${OTHER_FOLDER}`);
    case 'EACCES':
    case 'EPERM':
      return new ClientError('usage', `you may not write to ${dir}; change its permissions, or ${OTHER_FOLDER}`);
    case 'ENOENT':
      return new ClientError('usage', `there is no folder ${dir}, or nothing can be made in it; ${OTHER_FOLDER}`);
    case 'ENOTDIR':
    case 'EEXIST':
      return new ClientError('usage', `${dir} is not a folder; ${OTHER_FOLDER}`);
    case 'ELOOP':
    case 'EISDIR':
      return new ClientError('usage', `something in ${dir} is in the way of the file; ${OTHER_FOLDER}`);
    default:
      return new ClientError('refused', `the file cannot be saved in ${dir} (${(error as Error).message})`);
  }
}

/**
 * Folder `key-export`: a copy of the keys in a file: made, rehearsed, restored, and used for a forgotten password; it knows no
 * conversations. This file writes new private files whole or not at all, and reads exports.
 */
import { dirname } from 'node:path';
import { syncFolder, writeAll } from '../../platform/durable-write.ts';
import type { FileSystem, OpenFile } from '../../platform/file-system.ts';
import { ClientError } from '../errors.ts';
import { folderError } from '../profile/folder-error.ts';

/** What a reader takes into memory at most: 16,384 people with their cards, and the keys. */
const MAX_EXPORT_BYTES = 64 * 1024 * 1024;
/** Errors of disks that know no hard links, such as those of USB sticks. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV'];

/** A new file (0600) that has its name only when it is whole and on stable storage. Until then it is `<path>.part`. */
export class NewPrivateFile {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #handle: OpenFile;
  #hasName = false;

  private constructor(fs: FileSystem, path: string, handle: OpenFile) {
    this.#fs = fs;
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws ClientError 'usage' when the file exists, or nothing can be made there; 'disk-full' */
  static async open(fs: FileSystem, path: string): Promise<NewPrivateFile> {
    try {
      if (await exists(fs, path)) throw existsError(path);
      return new NewPrivateFile(fs, path, await fs.open(partOf(path), 'wx', 0o600));
    } catch (error) {
      const isPart = (error as NodeJS.ErrnoException).code === 'EEXIST';
      if (isPart)
        throw new ClientError('usage', `${partOf(path)} is left of an export that was cut off; delete it first`);
      throw writeError(path, error);
    }
  }

  /** Writes the file and gives it its name. Call `remove` when this throws. @throws ClientError 'usage', 'disk-full' */
  async finish(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.#handle, bytes, 0);
      await this.#handle.sync();
      await this.#handle.close();
      await this.#takeName();
      this.#hasName = true;
      await syncFolder(this.#fs, dirname(this.#path));
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  /** Deletes the file, whether it has its name or not. */
  async remove(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await this.#fs.unlink(this.#hasName ? this.#path : partOf(this.#path)).catch(() => {});
  }

  /** A link never replaces another file, unlike a rename. */
  async #takeName(): Promise<void> {
    const part = partOf(this.#path);
    try {
      await this.#fs.link(part, this.#path);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!NO_LINKS.includes(code)) throw error;
      // The rename replaces only the empty file that is made here.
      await (await this.#fs.open(this.#path, 'wx', 0o600)).close();
      return this.#fs.rename(part, this.#path);
    }
    await this.#fs.unlink(part).catch(() => {});
  }
}

/** @throws ClientError 'usage' when it cannot be read, 'refused' when it is too large for an export */
export async function readExportFile(fs: FileSystem, path: string): Promise<Uint8Array> {
  try {
    const stat = await fs.stat(path);
    if (!stat.isFile()) throw new ClientError('usage', `${path} is no regular file`);
    if (stat.size > MAX_EXPORT_BYTES) throw new ClientError('refused', `${path} is too large to be an export of keys`);
    return await fs.readFile(path);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ClientError('usage', `the export ${path} ${reason}`);
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

/** Whether the name is taken; also by a link that leads nowhere. */
function exists(fs: FileSystem, path: string): Promise<boolean> {
  return fs.lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

function existsError(path: string): ClientError {
  return new ClientError('usage', `${path} exists already, and is not overwritten; choose another name`);
}

function writeError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return existsError(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ClientError('usage', `there is no folder ${dirname(path)}`);
  return folderError(error, `${path} was not written`, 'choose another folder');
}

/** A file that is being sent: reads pieces of it, and notices changes since it was opened. */
import { basename, resolve } from 'node:path';
import type { FileStat, FileSystem, OpenFile } from '../../platform/file-system.ts';
import { ClientError } from '../errors.ts';

/** The file changed while it was sent, or cannot be read any more: the upload can never be completed. */
export class UnsendableFile extends ClientError {
  constructor(message: string) {
    super('usage', message);
  }
}

export class LocalFile {
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  /** Changes when the file is replaced or written to. */
  readonly version: string;
  readonly #handle: OpenFile;

  /** @throws ClientError 'usage' with a sentence for the person */
  static async open(fs: FileSystem, path: string): Promise<LocalFile> {
    const absolute = resolve(path);
    let handle: OpenFile;
    try {
      // Checked before it is opened: opening a pipe waits for its other end.
      checkKind(path, await fs.stat(absolute));
      handle = await fs.open(absolute, 'r');
    } catch (error) {
      throw unreadable(path, error);
    }
    try {
      const stat = await handle.stat();
      checkKind(path, stat);
      if (stat.size === 0) await checkEmpty(path, handle);
      return new LocalFile(absolute, stat, handle);
    } catch (error) {
      await handle.close();
      throw unreadable(path, error);
    }
  }

  private constructor(path: string, stat: FileStat, handle: OpenFile) {
    this.path = path;
    this.size = stat.size;
    this.version = versionOf(stat);
    this.#handle = handle;
  }

  get name(): string {
    return basename(this.path);
  }

  /** Fills `into` from `position`. @throws UnsendableFile when the file has become shorter, or cannot be read */
  async read(into: Uint8Array, position: number): Promise<Uint8Array> {
    for (let done = 0; done < into.length; ) {
      const { bytesRead } = await this.#handle
        .read(into, done, into.length - done, position + done)
        .catch((error: unknown) => {
          throw new UnsendableFile(unreadable(this.path, error).message);
        });
      if (bytesRead === 0) throw this.#changed();
      done += bytesRead;
    }
    return into;
  }

  /** @throws UnsendableFile when it was written to since it was opened */
  async checkUnchanged(): Promise<void> {
    if (versionOf(await this.#handle.stat()) !== this.version) throw this.#changed();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #changed(): UnsendableFile {
    return new UnsendableFile(`${this.name} changed while it was sent, so nothing was posted; send it again`);
  }
}

function versionOf({ ino, size, mtimeMs, ctimeMs }: FileStat): string {
  return [ino, size, mtimeMs, ctimeMs].join(':');
}

function checkKind(path: string, stat: FileStat): void {
  if (stat.isDirectory())
    throw new ClientError('usage', `${path} is a folder; send the files in it, or an archive of it`);
  if (!stat.isFile()) throw new ClientError('usage', `${path} is not a regular file`);
}

/** Files that the system generates, as in /proc, claim to be empty. */
async function checkEmpty(path: string, handle: OpenFile): Promise<void> {
  const { bytesRead } = await handle.read(new Uint8Array(1), 0, 1, 0);
  if (bytesRead > 0) throw new ClientError('usage', `${path} says that it is empty and is not; send a copy of it`);
}

function unreadable(path: string, error: unknown): Error {
  if (error instanceof ClientError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      // Node replaces bytes of a command line that are no UTF-8 by U+FFFD.
      if (path.includes('\ufffd'))
        return new ClientError(
          'usage',
          `the name ${path} is not UTF-8, so the file cannot be named here; rename it first`,
        );
      return new ClientError('usage', `there is no file ${path}`);
    case 'EACCES':
    case 'EPERM':
      return new ClientError('usage', `${path} may not be read; check its permissions`);
    default:
      return new ClientError('usage', `${path} cannot be read (${(error as Error).message})`);
  }
}

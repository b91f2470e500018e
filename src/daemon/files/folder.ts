/** The folder server_files: `<file id>.part` while it is uploaded, `<file id>` when it is whole. Nothing else is touched. */
import { join } from 'node:path';
import { fromHex, hex } from '../../protocol/bytes.ts';
import { syncFolder } from '../../protocol/durable.ts';
import { makeFolders } from '../../protocol/folders.ts';
import type { FileSystem, OpenFile } from '../../protocol/seams.ts';
import { ifThere } from '../if-there.ts';

const NAME = /^([0-9a-f]{32})(\.part)?$/;

export type Found = { file: Uint8Array; name: string; part: boolean };

export class FilesFolder {
  readonly #dir: string;
  readonly #fs: FileSystem;

  constructor(dir: string, fs: FileSystem) {
    this.#dir = dir;
    this.#fs = fs;
  }

  path(file: Uint8Array): string {
    return join(this.#dir, hex(file));
  }

  async make(): Promise<void> {
    await makeFolders(this.#fs, this.#dir, 0o700);
  }

  /** For reading and writing; made, durably, when it is not there. */
  async openPart(file: Uint8Array): Promise<OpenFile> {
    const path = `${this.path(file)}.part`;
    const old = await ifThere(this.#fs.open(path, 'r+'));
    if (old !== null) return old;
    const made = await this.#fs.open(path, 'wx+', 0o600);
    await this.sync();
    return made;
  }

  /** null when there is none. */
  async openWhole(file: Uint8Array): Promise<OpenFile | null> {
    return ifThere(this.#fs.open(this.path(file), 'r'));
  }

  /** The part becomes the whole file; durable when it resolves. */
  async promote(file: Uint8Array): Promise<void> {
    await this.#fs.rename(`${this.path(file)}.part`, this.path(file));
    await this.sync();
  }

  async remove(file: Uint8Array): Promise<void> {
    await ifThere(this.#fs.unlink(`${this.path(file)}.part`));
    await ifThere(this.#fs.unlink(this.path(file)));
  }

  async removeName({ name }: Found): Promise<void> {
    await ifThere(this.#fs.unlink(join(this.#dir, name)));
  }

  /** Milliseconds since 1970 of its last change; null when it is gone. */
  async changedAt({ name }: Found): Promise<number | null> {
    return (await ifThere(this.#fs.lstat(join(this.#dir, name))))?.mtimeMs ?? null;
  }

  /** Whatever has a name of ours. */
  async list(): Promise<Found[]> {
    const found: Found[] = [];
    for (const name of await this.#fs.readdir(this.#dir)) {
      const [, id, part] = NAME.exec(name) ?? [];
      if (id !== undefined) found.push({ file: Uint8Array.from(fromHex(id)), name, part: part !== undefined });
    }
    return found;
  }

  /** Makes names that were added or changed durable. */
  sync(): Promise<void> {
    return syncFolder(this.#fs, this.#dir);
  }
}

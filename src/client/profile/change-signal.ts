/** How the programs of a profile notice each other's changes: a file that is written after each one. It holds nothing. */
import { join } from 'node:path';
import { writeAll } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';

const SIGNAL_FILE = 'rows.changed';

export class ChangeSignal {
  readonly #fs: FileSystem;
  readonly #path: string;

  /** @param profile its folder, and the file system that holds it */
  constructor({ fs, dir }: { fs: FileSystem; dir: string }) {
    this.#fs = fs;
    this.#path = join(dir, SIGNAL_FILE);
  }

  /** Call only after the commit: a program that gets the signal reads the change. Does nothing if no program has ever watched. */
  async send(): Promise<void> {
    try {
      const file = await this.#fs.open(this.#path, 'r+');
      await writeAll(file, Uint8Array.of(0), 0).finally(() => file.close());
    } catch {
      // The other programs read this change when they write their next one.
    }
  }

  /**
   * Calls `listener` now, and after each change by any program of the profile, this one included. Does not keep the process alive, and
   * costs nothing while nothing changes. Resolves when `signal` aborts, or when the disk cannot watch a file.
   */
  async watch(listener: () => void, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    try {
      await (await this.#fs.open(this.#path, 'a', 0o600)).close();
      const events = this.#fs
        .watch(this.#path, { persistent: false, ...(signal && { signal }) })
        [Symbol.asyncIterator]();
      let next = events.next();
      // What was written before the file was watched.
      listener();
      for (; !(await next).done; next = events.next()) listener();
    } catch {
      // This program reads the changes of others when it writes its next one.
    }
  }
}

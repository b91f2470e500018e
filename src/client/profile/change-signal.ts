/** How the programs of a profile notice each other's changes: a file that is written after each one. It holds nothing. */
import { join } from 'node:path';
import { writeAll } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';

const SIGNAL_FILE = 'rows.changed';

export class ChangeSignal {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  /** Resolves when the file is watched, or cannot be. */
  #watching: Promise<void> | null = null;

  /** @param dir the folder of the profile */
  constructor(fs: FileSystem, dir: string) {
    this.#fs = fs;
    this.#path = join(dir, SIGNAL_FILE);
  }

  /** Call only after the commit: a program that gets the signal reads the change. Does nothing if no program has ever watched. */
  async send(): Promise<void> {
    try {
      const file = await this.#fs.open(this.#path, 'r+');
      await writeAll(file, Uint8Array.of(0), 0).finally(() => file.close());
    } catch {
      // The other programs read this change when they write its next one.
    }
  }

  /**
   * Calls `listener` once, and after each change by any program of the profile, this one included, until `signal` aborts. Does not keep
   * the process alive, and costs nothing while nothing changes. All listeners share one watch of the file.
   */
  async watch(listener: () => void, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return;
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
    this.#watching ??= this.#watchFile();
    await this.#watching;
    // What was written before the file was watched.
    if (!signal?.aborted) listener();
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
  }

  async #watchFile(): Promise<void> {
    try {
      await (await this.#fs.open(this.#path, 'a', 0o600)).close();
      const changes = this.#fs.watch(this.#path, { persistent: false, signal: this.#closed.signal });
      void this.#follow(changes[Symbol.asyncIterator]());
    } catch {
      // This program reads the changes of others when it writes its next one.
    }
  }

  async #follow(changes: AsyncIterator<unknown>): Promise<void> {
    try {
      while (!(await changes.next()).done) for (const listener of this.#listeners) listener();
    } catch {
      // As above. An abort ends here, too.
    }
  }
}

/** Gives up transfers: deletes what the daemon has of an upload, and the `.part` of a download. */
import type { FileSystem } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { isTemporary } from '../errors.ts';
import { partPath } from './download-file.ts';
import type { TransferConnection } from './transfer-events.ts';
import type { TransferRecord } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

export class TransferCleanup {
  readonly #connection: TransferConnection;
  readonly #fs: FileSystem;
  readonly #store: TransferStore;

  constructor(connection: TransferConnection, fs: FileSystem, store: TransferStore) {
    this.#connection = connection;
    this.#fs = fs;
    this.#store = store;
  }

  async giveUp(record: TransferRecord): Promise<void> {
    if (record.direction === 'up') {
      await this.#store.giveUp(record);
      return this.#tellDaemon(record);
    }
    await this.#fs.unlink(partPath(record)).catch(() => {});
    await this.#store.forget(record);
  }

  /** Call after each login: tells the daemon about uploads that were given up without a link. */
  async tellDaemon(): Promise<void> {
    for (const record of await this.#store.dropped()) await this.#tellDaemon(record);
  }

  /** Tells the daemon now; without a link, it hears of it after the next login. */
  async #tellDaemon(record: TransferRecord): Promise<void> {
    if (record.direction !== 'up' || this.#connection.state.state !== 'online') return;
    try {
      await this.#connection.request('upload-drop', { file: record.file });
    } catch (error) {
      if (!(error instanceof Refusal) || isTemporary(error)) return;
    }
    await this.#store.forget(record);
  }
}

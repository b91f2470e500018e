/** Transfers that are given up: what the daemon has of an upload goes, and the `.part` of a download. */
import type { FileSystem } from '../../platform/file-system.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { isPassing } from '../errors.ts';
import { partOf } from './saved-file.ts';
import type { TransferRecord } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';
import type { TransferConnection } from './transfer-wire.ts';

export class Discards {
  readonly #connection: TransferConnection;
  readonly #fs: FileSystem;
  readonly #store: TransferStore;

  constructor(connection: TransferConnection, fs: FileSystem, store: TransferStore) {
    this.#connection = connection;
    this.#fs = fs;
    this.#store = store;
  }

  async giveUp(begun: TransferRecord): Promise<void> {
    if (begun.direction === 'up') {
      await this.#store.giveUp(begun);
      return this.#tellDaemon(begun);
    }
    await this.#fs.unlink(partOf(begun)).catch(() => {});
    await this.#store.forget(begun);
  }

  /** After a login: tells the daemon of the uploads that were given up without a link. */
  async tellDaemon(): Promise<void> {
    for (const begun of await this.#store.dropped()) await this.#tellDaemon(begun);
  }

  /** The daemon hears of it now, or after the next login. */
  async #tellDaemon(begun: TransferRecord): Promise<void> {
    if (begun.direction !== 'up' || this.#connection.state.state !== 'online') return;
    try {
      await this.#connection.request('upload-drop', { file: begun.file });
    } catch (error) {
      if (!(error instanceof Refusal) || isPassing(error)) return;
    }
    await this.#store.forget(begun);
  }
}

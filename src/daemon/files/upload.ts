/**
 * One upload: writes segments to disk in order. The client's window bounds the bytes that wait; bytes announced as
 * stored survive a power cut. It ends whole (`finish`) or stays for a resume (`stop`).
 */
import { createHash, type Hash } from 'node:crypto';
import { writeAll } from '../../platform/durable-write.ts';
import type { OpenFile } from '../../platform/file-system.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import type { StorageError } from '../data/storage-error.ts';
import type { FileRow, Store } from '../store/store.ts';
import { transferFailure } from './file-failure.ts';
import type { FilesFolder } from './files-folder.ts';
import { hashFile } from './hash.ts';
import { SegmentLayout } from './segment-layout.ts';

/** Bytes written between two syncs. */
const SYNC_BYTES = 4 * 1024 * 1024;
/** Most bytes that are written and not synced. Above it, writing waits for the sync. */
const MAX_UNSYNCED_BYTES = 16 * 1024 * 1024;

export type UploadParts = {
  row: FileRow;
  folder: FilesFolder;
  /** Charged to the sender. */
  store: Pick<Store, 'syncFile' | 'finishFile'>;
  /** Most bytes in transit and not written yet. */
  windowBytes: number;
  /** `upTo` segments are on stable storage; segments below `window` may be sent. */
  onStored(upTo: number, window: number): void;
  /** Called once. The upload takes nothing more. */
  onFailed(failure: Refusal | StorageError, error: unknown): void;
};

export class Upload {
  readonly file: Uint8Array;
  readonly owner: Uint8Array;
  readonly #parts: UploadParts;
  readonly #handle: OpenFile;
  readonly #layout: SegmentLayout;
  readonly #windowSegments: number;
  /** Hash of the stored bytes. null after a resume: the whole file is then read at the end. */
  readonly #hash: Hash | null;
  readonly #queue: Uint8Array[] = [];
  #next: number;
  #written: number;
  #synced: number;
  #window: number;
  #writing: Promise<void> | null = null;
  #syncing: Promise<void> | null = null;
  #failure: Refusal | StorageError | null = null;
  #ended: Promise<void> | null = null;

  /** Opens the part of `row` and cuts off what follows the last synced segment. */
  static async open(parts: UploadParts): Promise<Upload> {
    const { row, folder } = parts;
    const layout = new SegmentLayout(row.size, row.segSize);
    const handle = await folder.openPart(row.file);
    try {
      const next = Math.min(row.synced, layout.wholeIn((await handle.stat()).size));
      await handle.truncate(next === 0 ? 0 : layout.position(next));
      return new Upload(parts, layout, handle, next);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(parts: UploadParts, layout: SegmentLayout, handle: OpenFile, next: number) {
    this.#parts = parts;
    this.file = parts.row.file;
    this.owner = parts.row.owner;
    this.#layout = layout;
    this.#handle = handle;
    this.#windowSegments = Math.max(1, Math.floor(parts.windowBytes / layout.step));
    this.#hash = next === 0 ? createHash('sha256') : null;
    this.#next = next;
    this.#written = next;
    this.#synced = next;
    this.#window = this.#widest();
  }

  /** The first segment that has not arrived, and the first that may not be sent yet. */
  get progress(): { next: number; window: number } {
    return { next: this.#next, window: this.#window };
  }

  /** Finished, stopped or failed. */
  get ended(): boolean {
    return this.#ended !== null || this.#failure !== null;
  }

  /** Takes one segment. @throws ProtocolError 'file' for a segment that no correct client sends */
  take(index: number, bytes: Uint8Array): void {
    // Segments in transit when the transfer ended are no error.
    if (this.ended) return;
    if (index !== this.#next || index >= this.#window) throw new ProtocolError('file', 'a segment out of its turn');
    this.#layout.checkLength(index, bytes);
    this.#next += 1;
    this.#hash?.update(bytes);
    this.#queue.push(bytes);
    this.#writing ??= this.#write();
  }

  /** Resolves when the file is whole, durable and has its final name. @throws Refusal or StorageError */
  async finish(): Promise<void> {
    if (this.#next < this.#layout.count && this.#failure === null) {
      throw new Refusal('bad-request', 'segments are missing: send them first');
    }
    await this.#settled();
    if (this.#failure !== null) throw this.#failure;
    this.#ended ??= this.#complete().catch((error: unknown) => {
      throw this.#fail(error);
    });
    await this.#ended;
  }

  /** Keeps the received bytes for a resume. Never throws. */
  stop(): Promise<void> {
    this.#ended ??= (async () => {
      await this.#settled();
      if (this.#failure === null && this.#written > this.#synced) await this.#sync();
      await this.#handle.close();
    })();
    return this.#ended.catch(() => {});
  }

  /** Tells the sweep that this upload is active. */
  async touch(store: Pick<Store, 'syncFile'>): Promise<void> {
    if (this.#failure === null) await store.syncFile({ file: this.file, synced: this.#synced });
  }

  async #settled(): Promise<void> {
    while (this.#writing !== null || this.#syncing !== null) {
      await this.#writing;
      await this.#syncing;
    }
  }

  async #write(): Promise<void> {
    try {
      for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
        await writeAll(this.#handle, bytes, this.#layout.position(this.#written));
        this.#written += 1;
        if (this.#unsyncedBytes() >= SYNC_BYTES) this.#syncing ??= this.#sync();
        while (this.#unsyncedBytes() >= MAX_UNSYNCED_BYTES && this.#syncing !== null) await this.#syncing;
        if (this.#widest() - this.#window >= this.#windowSegments / 4) this.#announce();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = null;
    }
  }

  /** Runs while writing continues. Covers what was written when it started. */
  async #sync(): Promise<void> {
    let upTo = 0;
    try {
      await this.#parts.folder.checkRoom(0);
      await this.#parts.folder.inTurn(this.owner, () => {
        upTo = this.#written;
        return this.#handle.datasync();
      });
      await this.#parts.store.syncFile({ file: this.file, synced: upTo });
      this.#synced = upTo;
      this.#announce();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#syncing = null;
    }
  }

  async #complete(): Promise<void> {
    const { folder, store } = this.#parts;
    try {
      const { size } = await this.#handle.stat();
      if (size !== this.#layout.total) throw new Error(`a part of ${size} bytes, not ${this.#layout.total}`);
      await folder.inTurn(this.owner, () => this.#handle.sync());
    } finally {
      await this.#handle.close();
    }
    const sha256 = this.#hash?.digest() ?? (await hashFile(`${folder.path(this.file)}.part`, this.owner));
    await folder.promote(this.file);
    await store.finishFile({ file: this.file, sha256: Uint8Array.from(sha256) });
  }

  #unsyncedBytes(): number {
    return (this.#written - this.#synced) * this.#layout.step;
  }

  #widest(): number {
    return Math.min(this.#layout.count, this.#written + this.#windowSegments);
  }

  #announce(): void {
    if (this.#ended !== null) return;
    this.#window = this.#widest();
    this.#parts.onStored(this.#synced, this.#window);
  }

  #fail(error: unknown): Refusal | StorageError {
    if (this.#failure !== null) return this.#failure;
    this.#failure = transferFailure(error);
    this.#queue.length = 0;
    this.#parts.onFailed(this.#failure, error);
    return this.#failure;
  }
}

/** All uploads: one writer for each file, and steps on the same file run one after the other. */
import type { Logger } from 'pino';
import prettyBytes from 'pretty-bytes';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import type { Config } from '../config/config.ts';
import { StorageError } from '../data/storage-error.ts';
import type { FileRow, Store } from '../store/store.ts';
import { logLevelOf, transferFailure } from './file-failure.ts';
import type { FilesFolder } from './files-folder.ts';
import { hashFile } from './hash.ts';
import { SegmentLayout } from './segment-layout.ts';
import type { FileSession } from './session-transfers.ts';
import { Upload } from './upload.ts';

/** Most memory of all uploads together, and of one. */
const ALL_WINDOWS_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;

/** The store's operations for opening an upload, and for the upload itself. */
export type UploadStore = Pick<Store, 'openFile' | 'knownFiles' | 'syncFile' | 'finishFile'>;
/** The store's operations for giving up a file. */
export type DropStore = Pick<Store, 'knownFiles' | 'dropFile' | 'forgetDoomedFiles'>;

export type UploadsParts = {
  folder: FilesFolder;
  /** Read for each upload, because a reload (HUP) may change it. */
  config: Pick<Config, 'maxFileSize' | 'quota' | 'retention'>;
  log: Logger;
  /** Releases a transfer that was stopped here, so that it no longer counts. */
  release(session: FileSession, transfer: number): Promise<void>;
};

export type UploadOpened = { answer: RequestResult<'upload-open'>; upload: Upload | null };

type Writer = { session: FileSession; transfer: number; upload: Upload };

export class Uploads {
  readonly #parts: UploadsParts;
  /** By file id in hex. */
  readonly #writers = new Map<string, Writer>();
  /** By file id in hex: the last step that was started. The next one waits for it. */
  readonly #lastSteps = new Map<string, Promise<unknown>>();

  constructor(parts: UploadsParts) {
    this.#parts = parts;
  }

  /**
   * Opens or resumes an upload. If another session of the same person writes the file, that session is stopped and
   * informed. `upload` is null when the file is whole already.
   * @param store charged to the requester; the upload keeps using it
   * @throws Refusal before any byte is stored
   */
  open(
    session: FileSession,
    transfer: number,
    owner: Uint8Array,
    params: RequestParams<'upload-open'>,
    store: UploadStore,
  ): Promise<UploadOpened> {
    return this.#inTurn(params.file, async () => {
      const layout = this.#check(params);
      await this.#checkRoom(params.file, layout, store);
      await this.#takeOver(session, owner, params.file);
      const row = await this.#row(owner, params, layout, store);
      if (row.whole || (await this.#recover(row, layout, store))) {
        return { answer: { transfer, next: layout.count, window: layout.count, whole: true }, upload: null };
      }
      const upload = await this.#begin(session, transfer, row, store);
      this.#writers.set(hex(row.file), { session, transfer, upload });
      return { answer: { transfer, ...upload.progress, whole: false }, upload };
    });
  }

  /**
   * Gives up a file of `owner`, if there is one: its bytes are removed unless an entry lists it. Works on a full disk.
   * @param store charged to the requester
   */
  async drop(session: FileSession, owner: Uint8Array, file: Uint8Array, store: DropStore): Promise<void> {
    const { folder } = this.#parts;
    await this.#inTurn(file, async () => {
      const [row] = await store.knownFiles({ files: [file] });
      if (!row || !equal(row.owner, owner)) return;
      await this.#takeOver(session, owner, file);
      // No entry can list a partial file, so its bytes may be removed before its row.
      if (!row.whole) await folder.remove(file);
      if (!(await store.dropFile({ file, owner }))) return;
      await folder.remove(file);
      await folder.sync();
      await store.forgetDoomedFiles({ files: [file] });
    });
  }

  /** Tells the sweep which uploads are active. */
  async touchAll(store: Pick<Store, 'syncFile'>): Promise<void> {
    for (const [key, { upload }] of this.#writers) {
      if (upload.ended) this.#writers.delete(key);
      else await upload.touch(store);
    }
  }

  #check({ size, segSize }: RequestParams<'upload-open'>): SegmentLayout {
    const { maxFileSize } = this.#parts.config;
    if (size > maxFileSize) {
      const most = prettyBytes(maxFileSize, { binary: true });
      throw new Refusal('too-large', `this server takes files of at most ${most}: send a smaller one`);
    }
    return new SegmentLayout(size, segSize);
  }

  /** @throws Refusal 'disk-full' when the missing bytes do not fit beside the space reserved for messages */
  async #checkRoom(file: Uint8Array, layout: SegmentLayout, store: UploadStore): Promise<void> {
    const { folder } = this.#parts;
    if ((await folder.room()) >= layout.total) return;
    const [row] = await store.knownFiles({ files: [file] });
    if (row?.whole) return;
    await folder.checkRoom(layout.total - (row ? layout.position(row.synced) : 0));
  }

  async #takeOver(session: FileSession, owner: Uint8Array, file: Uint8Array): Promise<void> {
    const writer = this.#writers.get(hex(file));
    if (writer === undefined) return;
    if (!equal(writer.upload.owner, owner)) throw notYours();
    const atWork = !writer.upload.ended;
    await writer.upload.stop();
    await this.#parts.release(writer.session, writer.transfer);
    this.#writers.delete(hex(file));
    if (!atWork || writer.session === session) return;
    const message = 'another connection of yours continues this file';
    writer.session.send(encodeEvent('transfer-failed', { transfer: writer.transfer, code: 'conflict', message }));
  }

  async #row(
    owner: Uint8Array,
    { file, conversation, size, segSize }: RequestParams<'upload-open'>,
    layout: SegmentLayout,
    store: UploadStore,
  ): Promise<FileRow> {
    const { quota } = this.#parts.config;
    const row = await store.openFile({ file, owner, conversation, size, segSize, charge: layout.charge, quota });
    if (!equal(row.owner, owner)) throw notYours();
    if (row.size !== size || row.segSize !== segSize || !equal(row.conversation, conversation)) {
      throw new Refusal('id-reused', 'another file was begun under this id: send this one under a new id');
    }
    return row;
  }

  /** Finishes a file whose daemon ended between the rename and the row. The rename may not be durable yet. */
  async #recover(row: FileRow, layout: SegmentLayout, store: UploadStore): Promise<boolean> {
    const { folder } = this.#parts;
    const handle = await folder.openWhole(row.file);
    if (handle === null) return false;
    const { size } = await handle.stat().finally(() => handle.close());
    if (size !== layout.total) return false;
    await folder.sync();
    await store.finishFile({ file: row.file, sha256: await hashFile(folder.path(row.file), row.owner) });
    return true;
  }

  async #begin(session: FileSession, transfer: number, row: FileRow, store: UploadStore): Promise<Upload> {
    const { folder, log } = this.#parts;
    const share = Math.floor(ALL_WINDOWS_BYTES / (this.#writers.size + 1));
    try {
      return await Upload.open({
        row,
        folder,
        store,
        windowBytes: Math.min(WINDOW_BYTES, share),
        onStored: (upTo, window) => session.send(encodeEvent('stored', { transfer, upTo, window })),
        onFailed: (failure, error) => {
          if (failure instanceof StorageError) return;
          const { code, message } = failure;
          log[logLevelOf(failure)]({ evt: 'upload_failed', code, err: error }, 'an upload failed');
          session.send(encodeEvent('transfer-failed', { transfer, code, message }));
        },
      });
    } catch (error) {
      const failure = transferFailure(error);
      log[logLevelOf(failure)]({ evt: 'upload_failed', err: error }, 'an upload could not be opened');
      throw failure;
    }
  }

  #inTurn<R>(file: Uint8Array, step: () => Promise<R>): Promise<R> {
    const key = hex(file);
    const turn = (this.#lastSteps.get(key) ?? Promise.resolve()).then(step);
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (this.#lastSteps.get(key) === settled) this.#lastSteps.delete(key);
      });
    this.#lastSteps.set(key, settled);
    return turn;
  }
}

function notYours(): Refusal {
  return new Refusal('not-permitted', 'somebody else began this file: send yours under a new id');
}

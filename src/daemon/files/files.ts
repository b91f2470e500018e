/**
 * Folder `files`: stores and serves the sealed bytes of files in server_files; it cannot read them and handles no
 * requests. This file is the entry for all sessions.
 */

import type { Clock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import type { ThrottledWarnings } from '../logging/throttled-warnings.ts';
import type { FileRow, Store } from '../store/store.ts';
import { Download } from './download.ts';
import { logLevelOf, transferFailure } from './file-failure.ts';
import { FilesFolder } from './files-folder.ts';
import { SegmentLayout } from './segment-layout.ts';
import { type FileSession, SessionTransfers } from './session-transfers.ts';
import { countMissing, removeDoomedFiles, type SweepParts, sweep } from './sweep.ts';
import { Upload } from './upload.ts';
import { type DropStore, type UploadStore, Uploads, type UploadsParts } from './uploads.ts';

const SWEEP_MS = 3600 * 1000;

export type FilesParts = Omit<UploadsParts, 'folder' | 'release'> & {
  /** The folder server_files; created when missing. */
  dir: string;
  fs: FileSystem;
  clock: Clock;
  warnings: ThrottledWarnings;
  /** Most open transfers in all; unlimited by default. */
  transfers?: number;
  /** Used for the daemon's own work, the sweep. */
  store: SweepParts['store'] & Pick<Store, 'syncFile' | 'wholeFiles'>;
};

export class Files {
  readonly #parts: FilesParts;
  readonly #folder: FilesFolder;
  readonly #uploads: Uploads;
  readonly #transfers: SessionTransfers<Upload | Download>;
  #cancelSweep: () => void = () => {};
  #closed = false;
  /** Files on disk that the store did not know at the last sweep. */
  #unknown = 0;

  /** Creates the folder when missing, logs how many files it lacks, and removes abandoned files now and every hour. */
  static async open(parts: FilesParts): Promise<Files> {
    const files = new Files(parts);
    await files.#folder.make();
    await files.#tidy(async () => {
      await files.#logMissing();
      await files.#sweep();
    });
    return files;
  }

  private constructor(parts: FilesParts) {
    this.#parts = parts;
    this.#transfers = new SessionTransfers(parts.transfers ?? Number.POSITIVE_INFINITY);
    this.#folder = new FilesFolder(parts.dir, parts.fs, parts.warnings);
    this.#uploads = new Uploads({
      ...parts,
      folder: this.#folder,
      release: (session, transfer) => this.#transfers.stop(session, transfer),
    });
  }

  /**
   * Opens or resumes an upload.
   * @param owner only this identity can resume it
   * @param store charged to the requester; the upload keeps using it
   * @throws Refusal before any byte is stored
   */
  openUpload(
    session: FileSession,
    owner: Uint8Array,
    params: RequestParams<'upload-open'>,
    store: UploadStore,
  ): Promise<RequestResult<'upload-open'>> {
    return this.#transfers.open(session, owner, async (transfer) => {
      const { answer, upload } = await this.#uploads.open(session, transfer, owner, params, store);
      return { answer, transfer: upload };
    });
  }

  /** Resolves when the file is whole and on stable storage. @throws Refusal; the upload can then be opened again */
  async finishUpload(session: FileSession, transfer: number): Promise<void> {
    const upload = this.#transfers.get(session, transfer);
    if (!(upload instanceof Upload)) throw new Refusal('bad-request', 'no such upload is open: open it first');
    await upload.finish();
    await this.#transfers.stop(session, transfer);
  }

  /**
   * @param reader only files that are listed in a conversation of theirs
   * @param store charged to the requester
   * @throws Refusal 'no-such-file', 'bad-request' or 'busy'
   */
  async openDownload(
    session: FileSession,
    reader: Uint8Array,
    params: RequestParams<'download-open'>,
    store: Pick<Store, 'listedFile'>,
  ): Promise<RequestResult<'download-open'>> {
    const answer = await this.#transfers.open(session, reader, async (transfer) => {
      const row = await store.listedFile({ file: params.file, reader });
      if (row === null) throw new Refusal('no-such-file', 'you have no such file');
      const download = await this.#download(session, transfer, row, params.from);
      return { answer: { transfer, size: download.size, segSize: download.segSize }, transfer: download };
    });
    this.widen(session, answer.transfer, params.window);
    return answer;
  }

  async #download(session: FileSession, transfer: number, row: FileRow, from: number): Promise<Download> {
    const { file } = row;
    if (from > new SegmentLayout(row.size, row.segSize).count) {
      throw new Refusal('bad-request', 'the file has no such segment');
    }
    const handle = await this.#folder.openWhole(file);
    if (handle === null) {
      this.#parts.log.error({ evt: 'file_missing', file: hex(file) }, 'a listed file is missing');
      throw new Refusal('no-such-file', 'the server has lost this file: ask its sender to send it again');
    }
    return new Download({
      row,
      handle,
      transfer,
      link: session.link,
      from,
      onDone: () => void this.#transfers.stop(session, transfer),
      onFailed: (error) => {
        this.#parts.log.error({ evt: 'download_failed', err: error }, 'a stored file could not be read');
        const failure = transferFailure(error);
        if (failure instanceof Refusal) {
          const { code, message } = failure;
          session.send(encodeEvent('transfer-failed', { transfer, code, message }));
        }
        void this.#transfers.stop(session, transfer);
      },
    });
  }

  /** Widens the window of a download. Ignores a transfer that has ended. */
  widen(session: FileSession, transfer: number, window: number): void {
    const download = this.#transfers.get(session, transfer);
    if (download instanceof Download) download.widen(window);
  }

  /** Ends a transfer. An upload can be opened again. */
  async endTransfer(session: FileSession, transfer: number): Promise<void> {
    await this.#transfers.stop(session, transfer);
  }

  /** Gives up a file of `owner` that no entry lists. @param store charged to the requester */
  async dropUpload(session: FileSession, owner: Uint8Array, file: Uint8Array, store: DropStore): Promise<void> {
    await this.#uploads.drop(session, owner, file, store);
  }

  /** Removes the bytes of files whose rows are gone, for example by retention. `store`: that of the request that pays for it. */
  async removeDoomedFiles(store: SweepParts['store'] = this.#parts.store): Promise<void> {
    await removeDoomedFiles({ folder: this.#folder, store });
  }

  /** Takes one segment. Segments of an ended transfer are ignored. @throws ProtocolError 'file', which cuts the link */
  onSegment(session: FileSession, transfer: number, index: number, bytes: Uint8Array): void {
    const upload = this.#transfers.get(session, transfer);
    if (upload instanceof Upload) upload.take(index, bytes);
  }

  /** Stops the session's transfers. Received bytes are kept for a resume. */
  sessionEnded(session: FileSession): Promise<void> {
    return this.#transfers.sessionEnded(session);
  }

  /** Resolves when all received bytes are on stable storage. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep();
    await this.#transfers.close();
  }

  /** Missing files do not stop the start: nothing replaces them, and the operator can restore them at run time. */
  async #logMissing(): Promise<void> {
    const { store, log } = this.#parts;
    const files = await countMissing({ folder: this.#folder, store });
    if (files === 0) return;
    log.error(
      { evt: 'files_missing', files },
      'server_files lacks files that securechat.db lists as complete, so nobody can download them: restore it from a backup, even while the daemon runs, or ask their senders to send them again',
    );
  }

  /** Runs `work` now and the sweep every hour. Errors are logged. */
  async #tidy(work: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#parts;
    try {
      await work();
    } catch (error) {
      log[logLevelOf(transferFailure(error))](
        { evt: 'files_sweep_failed', err: error },
        'abandoned files could not be removed',
      );
    }
    if (!this.#closed) this.#cancelSweep = clock.after(SWEEP_MS, () => void this.#tidy(() => this.#sweep()));
  }

  async #sweep(): Promise<void> {
    const { clock, store, config, log } = this.#parts;
    await this.#uploads.touchAll(store);
    const { removed, unknown } = await sweep({ folder: this.#folder, store, clock, retention: config.retention });
    if (removed > 0) log.info({ evt: 'files_swept', removed }, 'abandoned files were removed');
    if (unknown > this.#unknown) {
      log.warn(
        { evt: 'files_unknown', files: unknown },
        'server_files holds files that securechat.db does not know; they are left alone',
      );
    }
    this.#unknown = unknown;
  }
}

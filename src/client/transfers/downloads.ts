/** Downloads files of conversations; a file is saved under its name only if it is what its sender signed. */
import { resolve } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import type { Manifest } from '../../protocol/sealed/file.ts';
import { ClientError } from '../errors.ts';
import type { SharedFile, SharedFiles } from '../files/shared-files.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { FileRef, ListedFile, TransferOptions } from '../types.ts';
import { DownloadFile, findCompleted, partSize } from './download-file.ts';
import { downloadFile } from './file-download.ts';
import type { FinishedDownloads } from './finished-downloads.ts';
import type { RunningTransfer, RunningTransfers, StartableTransfer } from './running-transfers.ts';
import { stopReason } from './stop-reason.ts';
import type { TransferCleanup } from './transfer-cleanup.ts';
import { type DownloadRecord, fileNameOf } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** Bytes of the tag that distinguishes two downloads of a file into one folder. */
const TAG_BYTES = 4;

export type DownloadsParts = {
  fs: FileSystem;
  random: Random;
  store: TransferStore;
  runs: RunningTransfers;
  cleanup: TransferCleanup;
  saved: FinishedDownloads;
  shared: Pick<SharedFiles, 'all' | 'find'>;
};

export class Downloads {
  readonly #parts: DownloadsParts;

  constructor(parts: DownloadsParts) {
    this.#parts = parts;
  }

  /** Lists the files of a conversation, or of all, and where each was saved; newest first. @throws ClientError 'untrusted' */
  async list(ref: ConversationRef | null): Promise<ListedFile[]> {
    const listed: ListedFile[] = [];
    for await (const { info, manifest } of this.#parts.shared.all(ref))
      listed.push({ ...info, saved: await this.#parts.saved.find(manifest) });
    return listed;
  }

  /** Resolves with the path of the saved file. Repeated with the same folder, it continues where it stopped. @throws ClientError */
  async download(wanted: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    const shared = await this.#find(wanted);
    const download = await this.#begin(shared, resolve(options.dir));
    return this.#parts.runs.run(download, options, (run) => this.#fetch(download.record, async () => shared, run));
  }

  /** Continues a download. @param options `dir`: the folder to start over in if its own one cannot be used any more */
  async resume(
    { record }: StartableTransfer<DownloadRecord>,
    options: TransferOptions & { dir?: string },
  ): Promise<void> {
    const { fs, runs } = this.#parts;
    const wanted = { author: record.author, id: hex(record.file) };
    const done = await partSize(fs, record);
    await runs.run({ record, done }, options, (run) => this.#fetch(record, () => this.#find(wanted), run, options.dir));
  }

  /** @throws ClientError 'refused' when no conversation holds it */
  async #find(wanted: FileRef): Promise<SharedFile> {
    const shared = await this.#parts.shared.find(wanted);
    if (shared !== null) return shared;
    throw new ClientError(
      'refused',
      `no conversation of yours holds the file ${wanted.id} of this sender; see the list of files`,
    );
  }

  async #begin({ info, manifest, ref }: SharedFile, dir: string): Promise<StartableTransfer<DownloadRecord>> {
    const { random, store, runs, cleanup } = this.#parts;
    const { author } = info;
    const { fileId: file, size, name } = manifest;
    const known = await store.find({ author, file });
    if (known?.record.direction === 'down' && known.record.dir === dir)
      return { done: known.done, record: known.record };
    const about = { author, conversation: ref.id, to: ref.name, file, size };
    const record: DownloadRecord = { ...about, direction: 'down', name, dir, tag: hex(random(TAG_BYTES)), path: null };
    if (known !== null && !runs.has(record) && (await store.claim(known.record))) await cleanup.giveUp(known.record);
    if (!runs.has(record) && (await store.find(record)) === null) await store.add(record);
    return { record, done: 0, fresh: true };
  }

  /** @param find finds what the sender signed @returns the path of the saved file */
  async #fetch(
    record: DownloadRecord,
    find: () => Promise<{ manifest: Manifest }>,
    run: RunningTransfer,
    dir = record.dir,
  ): Promise<string> {
    const { fs, store } = this.#parts;
    const path = (await findCompleted(fs, record)) ?? (await this.#receive(record, (await find()).manifest, run, dir));
    await store.forget(record);
    run.progress.end('done', path);
    return path;
  }

  async #receive(record: DownloadRecord, manifest: Manifest, run: RunningTransfer, dir: string): Promise<string> {
    const { fs, store } = this.#parts;
    const saved = await DownloadFile.open(fs, record, resolve(dir));
    try {
      if (saved.record !== record) await store.add(saved.record);
      if (!(await downloadFile({ ...run, manifest, saved }))) {
        await saved.discard();
        await store.forget(record);
        throw new ClientError('refused', `${fileNameOf(record)} is not what its sender signed; nothing was saved`);
      }
      return await saved.finish(async (named, stat) => {
        await this.#parts.saved.add(manifest, named.path, stat);
        await store.add(named);
      });
    } catch (error) {
      if (run.signal.reason === stopReason.drop) await saved.discard();
      else await saved.closePart();
      throw error;
    }
  }
}

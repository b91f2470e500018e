/** Files of conversations that are fetched: only what its sender signed is saved under its name. */
import { resolve } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import type { Manifest } from '../../protocol/sealed/file.ts';
import { ClientError } from '../errors.ts';
import type { SharedFile, SharedFiles } from '../files/shared-files.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { FileRef, ListedFile, TransferOptions } from '../types.ts';
import type { Discards } from './discards.ts';
import { receiveFile } from './file-receiver.ts';
import type { RunningTransfer, RunningTransfers, Startable } from './running-transfers.ts';
import { namedBefore, partSize, SavedFile } from './saved-file.ts';
import type { SavedStore } from './saved-store.ts';
import { stopReason } from './stop.ts';
import { type DownloadRecord, nameOf } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** Bytes of what tells two downloads of a file into one folder apart. */
const TAG_BYTES = 4;

export type DownloadsParts = {
  fs: FileSystem;
  random: Random;
  store: TransferStore;
  runs: RunningTransfers;
  discards: Discards;
  saved: SavedStore;
  shared: Pick<SharedFiles, 'all' | 'find'>;
};

export class Downloads {
  readonly #parts: DownloadsParts;

  constructor(parts: DownloadsParts) {
    this.#parts = parts;
  }

  /** Files of a conversation, or of all, and where each was saved; newest first. @throws ClientError 'untrusted' */
  async list(ref: ConversationRef | null): Promise<ListedFile[]> {
    const listed: ListedFile[] = [];
    for await (const { info, manifest } of this.#parts.shared.all(ref))
      listed.push({ ...info, saved: await this.#parts.saved.find(manifest) });
    return listed;
  }

  /** Resolves with the path of the saved file. Repeated with the same folder it goes on where it stopped. @throws ClientError */
  async download(wanted: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    const shared = await this.#find(wanted);
    const download = await this.#begin(shared, resolve(options.dir));
    return this.#parts.runs.run(download, options, (run) => this.#fetch(download.begun, async () => shared, run));
  }

  /** Goes on with one that stopped. @param options `dir`: where it begins anew when its own folder will not do any more */
  async resume({ begun }: Startable<DownloadRecord>, options: TransferOptions & { dir?: string }): Promise<void> {
    const { fs, runs } = this.#parts;
    const wanted = { author: begun.author, id: hex(begun.file) };
    const done = await partSize(fs, begun);
    await runs.run({ begun, done }, options, (run) => this.#fetch(begun, () => this.#find(wanted), run, options.dir));
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

  async #begin({ info, manifest, ref }: SharedFile, dir: string): Promise<Startable<DownloadRecord>> {
    const { random, store, runs, discards } = this.#parts;
    const { author } = info;
    const { fileId: file, size, name } = manifest;
    const known = await store.find({ author, file });
    if (known?.begun.direction === 'down' && known.begun.dir === dir) return { done: known.done, begun: known.begun };
    const about = { author, conversation: ref.id, to: ref.name, file, size };
    const begun: DownloadRecord = { ...about, direction: 'down', name, dir, tag: hex(random(TAG_BYTES)), path: null };
    if (known !== null && !runs.has(begun) && (await store.claim(known.begun))) await discards.giveUp(known.begun);
    if (!runs.has(begun) && (await store.find(begun)) === null) await store.add(begun);
    return { begun, done: 0, fresh: true };
  }

  /** @param find what its sender signed @returns the path of the saved file */
  async #fetch(
    begun: DownloadRecord,
    find: () => Promise<{ manifest: Manifest }>,
    run: RunningTransfer,
    dir = begun.dir,
  ): Promise<string> {
    const { fs, store } = this.#parts;
    const path = (await namedBefore(fs, begun)) ?? (await this.#receive(begun, (await find()).manifest, run, dir));
    await store.forget(begun);
    run.progress.end('done', path);
    return path;
  }

  async #receive(begun: DownloadRecord, manifest: Manifest, run: RunningTransfer, dir: string): Promise<string> {
    const { fs, store } = this.#parts;
    const saved = await SavedFile.open(fs, begun, resolve(dir));
    try {
      if (saved.begun !== begun) await store.add(saved.begun);
      if (!(await receiveFile({ ...run, manifest, saved }))) {
        await saved.discard();
        await store.forget(begun);
        throw new ClientError('refused', `${nameOf(begun)} is not what its sender signed; nothing was saved`);
      }
      return await saved.keep(async (named, stat) => {
        await this.#parts.saved.add(manifest, named.path, stat);
        await store.add(named);
      });
    } catch (error) {
      if (run.signal.reason === stopReason.drop) await saved.discard();
      else await saved.leave();
      throw error;
    }
  }
}

/** Uploads and downloads of one login: what the client offers of files, without what is posted about them. */
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { fileName } from '../../protocol/base/text.ts';
import { type Manifest, segmentCount } from '../../protocol/sealed/file.ts';
import { ClientError, isPassing } from '../errors.ts';
import type { ConversationName, FileRef, TransferOptions, TransferState } from '../types.ts';
import { download } from './download.ts';
import { LocalFile } from './local-file.ts';
import { aboutOf, type RunningTransfer, RunningTransfers, type Startable } from './running-transfers.ts';
import { namedBefore, partOf, SavedFile } from './saved-file.ts';
import { SavedStore, type Signed } from './saved-store.ts';
import { stopReason } from './stop.ts';
import {
  type DownloadRecord,
  type Named,
  namedBy,
  nameOf,
  type TransferRecord,
  type UploadRecord,
} from './transfer-record.ts';
import { type IsPosted, type Paused, type TransferProfile, TransferStore, type Worker } from './transfer-store.ts';
import { News, type TransferConnection } from './transfer-wire.ts';
import { upload } from './upload.ts';

/** Of the plain file. The largest one: fewer records, and still one link record each. */
const SEGMENT_SIZE = 262_144;
/** Of what tells two fetches of a file into one folder apart. */
const TAG_BYTES = 4;

export type TransfersParts = {
  connection: TransferConnection;
  profile: TransferProfile & { readonly fs: FileSystem };
  /** idFp of who is logged in. */
  me: Uint8Array;
  clock?: Clock;
  /** Without it nobody else works with this profile. */
  worker?: Worker;
  /** Without it an upload that was cut off is always one to go on with. */
  isPosted?: IsPosted;
  /** Every change of every transfer. */
  onChange?: (transfer: TransferState) => void;
};

/** Where a transfer belongs. `id` is the conversation's hash. */
export type FileConversation = { id: Uint8Array; name: ConversationName };

/** Where a file comes from, and whose it is: identity fingerprint, hex. */
export type Source = FileConversation & { author: string };

/** A file that the daemon has whole. It is listed once its manifest is posted; `posted` then forgets the upload. */
export type Uploaded = { manifest: Manifest; posted(): Promise<void> };

export class Transfers {
  readonly #parts: TransfersParts;
  readonly #store: TransferStore;
  readonly #saved: SavedStore;
  readonly #runs: RunningTransfers;
  /** Files that are looked up to be sent, so that none is begun twice. */
  readonly #beginning = new Set<string>();
  #news: News | null = null;

  constructor(parts: TransfersParts) {
    const { profile, me, clock = systemClock, worker = { device: 0, held: () => false } } = parts;
    const { isPosted = async () => false } = parts;
    this.#parts = parts;
    this.#store = new TransferStore(profile, clock, me, worker, isPosted);
    this.#saved = new SavedStore(profile, me);
    this.#runs = new RunningTransfers({
      store: this.#store,
      clock,
      tell: (state) => this.#tell(state),
      giveUp: (begun) => this.#giveUp(begun),
    });
  }

  /** Stores a file with the daemon; repeated with the same file it goes on where it stopped. @throws ClientError */
  async upload(to: FileConversation, path: string, options: TransferOptions = {}): Promise<Uploaded> {
    const local = await LocalFile.open(this.#parts.profile.fs, path);
    const what = `${hex(to.id)} ${local.path}`;
    try {
      if (this.#beginning.has(what)) throw new ClientError('usage', `${path} is being sent already`);
      this.#beginning.add(what);
      const paused = await this.#beginUpload(to, local).finally(() => this.#beginning.delete(what));
      return await this.#runs.run(paused, options, (run) => this.#send(paused.begun, local, run));
    } finally {
      await local.close();
    }
  }

  /** Resolves with the path of the saved file. Repeated it goes on where it stopped. @throws ClientError */
  async download(from: Source, manifest: Manifest, options: TransferOptions & { dir: string }): Promise<string> {
    const paused = await this.#beginDownload(from, manifest, resolve(options.dir));
    return this.#runs.run(paused, options, (run) => this.#fetch(paused.begun, async () => manifest, run));
  }

  /** What is being worked on as it is, and what nobody works on as paused, or once as done; that of longest ago first. */
  async list(): Promise<TransferState[]> {
    await this.#store.settle((named) => this.#runs.has(named));
    const paused = await Promise.all((await this.#store.paused()).map((one) => this.#stateOf(one)));
    return [...paused.filter((one) => !this.#runs.has(namedBy(one))), ...this.#runs.states()];
  }

  /** Where this profile saved a file and verified it; null when it did not, or the copy is gone or changed. */
  savedAt(signed: Signed): Promise<string | null> {
    return this.#saved.find(signed);
  }

  /** @throws ClientError 'refused' when nothing of it is left to go on with */
  async begun(wanted: FileRef): Promise<TransferRecord> {
    return (await this.#find(namedBy(wanted))).begun;
  }

  /** @param check that it may still go to its conversation @throws ClientError 'usage' when the file is gone or changed */
  async goOnSending(begun: UploadRecord, check: () => Promise<void>, options: TransferOptions): Promise<Uploaded> {
    const { done } = await this.#find(begun);
    return this.#runs.run({ begun, done }, options, async (run) => {
      await check();
      const local = await openAgain(this.#parts.profile.fs, begun);
      try {
        return await this.#send(begun, local, run);
      } finally {
        await local.close();
      }
    });
  }

  /** @param find what its sender signed @param options `dir`: where it begins anew when its own folder will not do any more */
  async goOnFetching(
    begun: DownloadRecord,
    find: () => Promise<Manifest>,
    options: TransferOptions & { dir?: string },
  ): Promise<string> {
    const done = Math.min(begun.size, await this.#partSize(begun));
    return this.#runs.run({ begun, done }, options, (run) => this.#fetch(begun, find, run, options.dir));
  }

  /** Resolves when it has stopped. @throws ClientError 'refused' when it is not under way here */
  async pause(wanted: FileRef): Promise<void> {
    if ((await this.#runs.stop(namedBy(wanted), 'pause')) === null)
      throw new ClientError('refused', 'no such transfer is under way here');
  }

  /** What the daemon or the folder has of it goes. @throws ClientError 'refused' when there is no such transfer */
  async drop(wanted: FileRef): Promise<void> {
    const named = namedBy(wanted);
    const ended = await this.#runs.stop(named, 'drop');
    if (ended === 'cancelled' || ended === 'done' || this.#runs.dismiss(named)) return;
    const paused = await this.#find(named);
    if (!(await this.#store.claim(paused.begun)))
      throw new ClientError('refused', `${nameOf(paused.begun)} is under way in another securechat of yours`);
    const state = await this.#stateOf(paused);
    await this.#giveUp(paused.begun);
    this.#tell({ ...state, state: 'cancelled', note: null });
  }

  /** At each login, before this process holds devices of others: finds what was cut off, tells the daemon what was given up. */
  async tidy(): Promise<void> {
    await this.#store.settle((named) => this.#runs.has(named));
    for (const begun of await this.#store.dropped()) await this.#tellDropped(begun);
  }

  close(): void {
    this.#news?.stop();
  }

  async #find(named: Named): Promise<Paused> {
    const paused = await this.#store.find(named);
    if (paused === null)
      throw new ClientError('refused', 'nothing of this transfer is left to go on with; begin it again');
    return paused;
  }

  /** A key never seals two versions of a file: what was begun of another one is given up. */
  async #beginUpload(to: FileConversation, local: LocalFile): Promise<Startable<UploadRecord>> {
    const { path, version, size } = local;
    const { same, others } = await this.#store.uploads(to.id, local);
    for (const other of others)
      if (!this.#runs.has(other) && (await this.#store.claim(other))) await this.#giveUp(other);
    if (same !== null) return same;
    const { random } = this.#parts.profile;
    const secret = { file: random(16), key: random(32), segSize: SEGMENT_SIZE };
    const about = { author: hex(this.#parts.me), conversation: to.id, to: to.name };
    const begun: UploadRecord = { direction: 'up', ...about, path, version, size, ...secret };
    await this.#store.add(begun);
    return { begun, done: 0, fresh: true };
  }

  async #beginDownload(from: Source, manifest: Manifest, dir: string): Promise<Startable<DownloadRecord>> {
    const { fileId: file, size, name } = manifest;
    const known = await this.#store.find({ author: from.author, file });
    if (known?.begun.direction === 'down' && known.begun.dir === dir) return { done: known.done, begun: known.begun };
    const about = { author: from.author, conversation: from.id, to: from.name, file, size };
    const tag = hex(this.#parts.profile.random(TAG_BYTES));
    const begun: DownloadRecord = { ...about, direction: 'down', name, dir, tag, path: null };
    if (known !== null && !this.#runs.has(begun) && (await this.#store.claim(known.begun)))
      await this.#giveUp(known.begun);
    if (!this.#runs.has(begun) && (await this.#store.find(begun)) === null) await this.#store.add(begun);
    return { begun, done: 0, fresh: true };
  }

  async #send(begun: UploadRecord, local: LocalFile, { progress, signal }: RunningTransfer): Promise<Uploaded> {
    const { connection, profile } = this.#parts;
    const news = this.#listen(connection);
    try {
      const sha256 = await upload({ news, random: profile.random, local, begun, progress, signal });
      progress.end('done');
      const { file: fileId, segSize, key, size } = begun;
      const count = segmentCount(size, segSize);
      const manifest = { fileId, segSize, key, size, count, sha256, name: local.name, type: '' };
      return { manifest, posted: () => this.#store.forget(begun) };
    } catch (error) {
      // A file that changed is another file: nobody ever goes on with this one.
      if (error instanceof ClientError && error.code === 'usage') await this.#giveUp(begun);
      throw error;
    }
  }

  async #fetch(
    begun: DownloadRecord,
    find: () => Promise<Manifest>,
    run: RunningTransfer,
    dir = begun.dir,
  ): Promise<string> {
    const named = await namedBefore(this.#parts.profile.fs, begun);
    const path = named ?? (await this.#receive(begun, await find(), run, dir));
    await this.#store.forget(begun);
    run.progress.end('done', path);
    return path;
  }

  async #receive(
    begun: DownloadRecord,
    manifest: Manifest,
    { progress, signal }: RunningTransfer,
    dir: string,
  ): Promise<string> {
    const { connection } = this.#parts;
    const saved = await SavedFile.open(this.#parts.profile.fs, begun, resolve(dir));
    try {
      if (saved.begun !== begun) await this.#store.add(saved.begun);
      if (!(await download({ news: this.#listen(connection), manifest, saved, progress, signal }))) {
        await saved.discard();
        await this.#store.forget(begun);
        throw new ClientError('refused', `${nameOf(begun)} is not what its sender signed; nothing was saved`);
      }
      return await saved.keep(async (named, stat) => {
        await this.#saved.add(manifest, named.path, stat);
        await this.#store.add(named);
      });
    } catch (error) {
      if (signal.reason === stopReason.drop) await saved.discard();
      else await saved.leave();
      throw error;
    }
  }

  async #giveUp(begun: TransferRecord): Promise<void> {
    if (begun.direction === 'up') {
      await this.#store.giveUp(begun);
      return this.#tellDropped(begun);
    }
    await this.#parts.profile.fs.unlink(partOf(begun)).catch(() => {});
    await this.#store.forget(begun);
  }

  /** The daemon hears of it now, or at the next login. */
  async #tellDropped(begun: TransferRecord): Promise<void> {
    const { connection } = this.#parts;
    if (begun.direction !== 'up' || connection.state.state !== 'online') return;
    try {
      await connection.request('upload-drop', { file: begun.file });
    } catch (error) {
      if (!(error instanceof Refusal) || isPassing(error)) return;
    }
    await this.#store.forget(begun);
  }

  /** Forgets what turns out to be done. */
  async #stateOf({ begun, done, note }: Paused): Promise<TransferState> {
    const about = { ...aboutOf(begun), rate: 0 };
    if (begun.direction === 'up') return { ...about, done, state: 'paused', note };
    const path = await namedBefore(this.#parts.profile.fs, begun);
    if (path === null)
      return { ...about, done: Math.min(begun.size, await this.#partSize(begun)), state: 'paused', note };
    await this.#store.forget(begun);
    return { ...about, done: begun.size, state: 'done', note: path };
  }

  async #partSize(begun: DownloadRecord): Promise<number> {
    const stat = await this.#parts.profile.fs.lstat(partOf(begun)).catch(() => null);
    return stat?.size ?? 0;
  }

  #tell(state: TransferState): void {
    this.#parts.onChange?.(state);
  }

  /** From the first transfer on, and not before: what comes before anybody listens is meant for the conversations. */
  #listen(connection: TransferConnection): News {
    this.#news ??= new News(connection);
    return this.#news;
  }
}

/** @throws ClientError 'usage' with what to do about it */
async function openAgain(fs: FileSystem, { path, version }: UploadRecord): Promise<LocalFile> {
  const local = await LocalFile.open(fs, path).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    throw new ClientError('usage', `${error.message}; put it back, or cancel the transfer`);
  });
  if (local.version === version) return local;
  await local.close();
  throw new ClientError('usage', `${fileName(local.name)} changed since it was begun; cancel it and send it again`);
}

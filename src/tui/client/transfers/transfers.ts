/** Uploads and downloads of one login: what the client offers of files, without what is posted about them. */
import { hex } from '../../../protocol/bytes.ts';
import { Refusal } from '../../../protocol/errors.ts';
import { type Manifest, segmentCount } from '../../../protocol/file.ts';
import { type Clock, type FileSystem, systemClock } from '../../../protocol/seams.ts';
import { fileName, printable } from '../../../protocol/text.ts';
import { ClientError } from '../errors.ts';
import type { ConversationName, TransferOptions, TransferState } from '../types.ts';
import { download } from './download.ts';
import { LocalFile } from './local-file.ts';
import { Progress } from './progress.ts';
import { SavedFile } from './saved-file.ts';
import { stopReason } from './stop.ts';
import { upload } from './upload.ts';
import { type TransferProfile, UploadStates } from './upload-state.ts';
import { News, type TransferConnection } from './wire.ts';

export type TransfersParts = {
  connection: TransferConnection;
  profile: TransferProfile & { readonly fs: FileSystem };
  /** idFp of who is logged in. */
  me: Uint8Array;
  clock?: Clock;
  /** Every change of every transfer. */
  onChange?: (transfer: TransferState) => void;
};

/** Where a transfer belongs. `id` is the conversation's hash. */
export type Place = { id: Uint8Array; name: ConversationName };

/** A file that the daemon has whole. It is listed once its manifest is posted; `posted` then forgets the upload. */
export type Uploaded = { manifest: Manifest; posted(): Promise<void> };

export class Transfers {
  readonly #parts: TransfersParts;
  readonly #clock: Clock;
  readonly #states: UploadStates;
  /** What is under way, so that no two write the same thing. */
  readonly #busy = new Set<string>();
  #news: News | null = null;

  constructor(parts: TransfersParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#states = new UploadStates(parts.profile, this.#clock, parts.me);
  }

  /** Stores a file with the daemon; repeated with the same file it goes on where it stopped. @throws ClientError */
  async upload(to: Place, path: string, options: TransferOptions = {}): Promise<Uploaded> {
    const { profile, connection } = this.#parts;
    const local = await LocalFile.open(profile.fs, path);
    try {
      return await this.#alone(`${hex(to.id)} ${local.path}`, `${path} is being sent already`, async () => {
        const state = await this.#states.take(to.id, local);
        const about = { id: hex(state.fileId), name: fileName(local.name), size: local.size } as const;
        const progress = this.#progress({ ...about, direction: 'up', conversation: to.name }, options);
        const news = this.#listen(connection);
        const parts = { news, random: profile.random, conversation: to.id, local, state, progress };
        const { signal } = options;
        const sha256 = await this.#run(progress, signal, async () => {
          try {
            return await upload({ ...parts, signal });
          } catch (error) {
            if (isUseless(error) || signal?.reason === stopReason.drop) await this.#states.drop(state);
            throw error;
          }
        });
        progress.end('done');
        const count = segmentCount(local.size, state.segSize);
        const manifest = { ...state, size: local.size, count, sha256, name: local.name, type: '' };
        return { manifest, posted: () => this.#states.drop(state) };
      });
    } finally {
      await local.close();
    }
  }

  /** Resolves with the path of the saved file. Repeated it goes on where it stopped. @throws ClientError */
  async download(from: Place, manifest: Manifest, options: TransferOptions & { dir: string }): Promise<string> {
    const { profile, connection } = this.#parts;
    const { signal } = options;
    return this.#alone(hex(manifest.fileId), `${fileName(manifest.name)} is being fetched already`, async () => {
      const about = { id: hex(manifest.fileId), name: fileName(manifest.name), size: manifest.size } as const;
      const progress = this.#progress({ ...about, direction: 'down', conversation: from.name }, options);
      return this.#run(progress, signal, async () => {
        const saved = await SavedFile.open(profile.fs, options.dir, manifest);
        try {
          if (!(await download({ news: this.#listen(connection), manifest, saved, progress, signal }))) {
            await saved.discard();
            throw new ClientError('refused', `${about.name} is not what its sender signed; nothing was saved`);
          }
          const path = await saved.keep();
          progress.end('done', path);
          return path;
        } catch (error) {
          if (signal?.reason === stopReason.drop) await saved.discard();
          else await saved.leave();
          throw error;
        }
      });
    });
  }

  close(): void {
    this.#news?.stop();
  }

  /** From the first transfer on, and not before: what comes before anybody listens is meant for the conversations. */
  #listen(connection: TransferConnection): News {
    this.#news ??= new News(connection);
    return this.#news;
  }

  #progress(about: ConstructorParameters<typeof Progress>[1], options: TransferOptions): Progress {
    return new Progress(this.#clock, about, (state) => {
      options.onProgress?.(state);
      this.#parts.onChange?.(state);
    });
  }

  async #alone<T>(what: string, sentence: string, doing: () => Promise<T>): Promise<T> {
    if (this.#busy.has(what)) throw new ClientError('usage', sentence);
    this.#busy.add(what);
    try {
      return await doing();
    } finally {
      this.#busy.delete(what);
    }
  }

  async #run<T>(progress: Progress, signal: AbortSignal | undefined, doing: () => Promise<T>): Promise<T> {
    try {
      return await doing();
    } catch (thrown) {
      const error = thrown instanceof Refusal ? new ClientError('refused', printable(thrown.message)) : thrown;
      if (!(error instanceof ClientError)) progress.end('failed', 'something unexpected happened');
      else if (error.code !== 'cancelled') progress.end('failed', error.message);
      else progress.end(signal?.reason === stopReason.pause ? 'paused' : 'cancelled');
      throw error;
    }
  }
}

/** An upload that can never be gone on with: the next attempt begins anew. */
function isUseless(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'id-reused' || error.code === 'not-permitted');
}

/**
 * Folder `transfers`: uploads and downloads, resumable, segment by segment; it knows no dialogs and no progress bars. The
 * unfinished transfers of this account and profile: lists, pauses, resumes and drops them.
 */
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { SharedFiles } from '../files/shared-files.ts';
import type { FileRef, TransferOptions, TransferState } from '../types.ts';
import { Discards } from './transfer-cleanup.ts';
import { Downloads } from './downloads.ts';
import { aboutOf, RunningTransfers } from './running-transfers.ts';
import { namedBefore, partSize } from './saved-file.ts';
import { SavedStore } from './saved-store.ts';
import { type Named, namedBy, nameOf } from './transfer-record.ts';
import { type IsPosted, type Paused, type TransferProfile, TransferStore, type Worker } from './transfer-store.ts';
import type { TransferConnection } from './transfer-events.ts';
import { Uploads, type UploadsParts } from './uploads.ts';

export type TransfersParts = Pick<UploadsParts, 'me' | 'addressees' | 'mine'> & {
  connection: TransferConnection;
  profile: TransferProfile & { readonly fs: FileSystem };
  bus: ClientBus;
  shared: Pick<SharedFiles, 'all' | 'find'>;
  clock?: Clock;
  /** Default: no other process uses this profile. */
  worker?: Worker;
  /** Default: an upload that was cut off can always be resumed. */
  isPosted?: IsPosted;
};

export class Transfers {
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly #fs: FileSystem;
  readonly #bus: ClientBus;
  readonly #store: TransferStore;
  readonly #runs: RunningTransfers;
  readonly #discards: Discards;

  constructor(parts: TransfersParts) {
    const { connection, profile, bus, me, addressees, mine, shared } = parts;
    const { clock = systemClock, worker = { device: 0, held: () => false }, isPosted = async () => false } = parts;
    const { fs, random } = profile;
    this.#fs = fs;
    this.#bus = bus;
    this.#store = new TransferStore(profile, clock, me, worker, isPosted);
    this.#discards = new Discards(connection, fs, this.#store);
    this.#runs = new RunningTransfers({ connection, bus, clock, store: this.#store, discards: this.#discards });
    const common = { fs, random, store: this.#store, runs: this.#runs, discards: this.#discards };
    this.uploads = new Uploads({ ...common, me, addressees, mine });
    this.downloads = new Downloads({ ...common, shared, saved: new SavedStore(profile, me) });
  }

  /** Running transfers as they are, and all others as paused; once as done, if the file is complete. The oldest first. */
  async list(): Promise<TransferState[]> {
    await this.#store.settle((named) => this.#runs.has(named));
    const paused = await Promise.all((await this.#store.paused()).map((one) => this.#stateOf(one)));
    return [...paused.filter((one) => !this.#runs.has(namedBy(one))), ...this.#runs.states()];
  }

  /** Resolves when it has stopped. @throws ClientError 'refused' when it is not running here */
  async pause(wanted: FileRef): Promise<void> {
    if ((await this.#runs.stop(namedBy(wanted), 'pause')) === null)
      throw new ClientError('refused', 'no such transfer is under way here');
  }

  /** Resolves when the resumed transfer is done. @throws ClientError 'refused' when there is no such transfer */
  async resume(wanted: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    const { record, done } = await this.#find(namedBy(wanted));
    const states: TransferState[] = [];
    const watched = {
      ...options,
      onProgress(state: TransferState) {
        states.splice(0, 1, state);
        options.onProgress?.(state);
      },
    };
    if (record.direction === 'up') await this.uploads.resume({ record, done }, watched);
    else await this.downloads.resume({ record, done }, watched);
    const [last] = states;
    if (last === undefined) throw new Error('a transfer ended without a word');
    return last;
  }

  /** Gives it up, and deletes what the daemon or the folder has of it. @throws ClientError 'refused' when there is no such transfer */
  async drop(wanted: FileRef): Promise<void> {
    const named = namedBy(wanted);
    const ended = await this.#runs.stop(named, 'drop');
    if (ended === 'cancelled' || ended === 'done' || this.#runs.dismiss(named)) return;
    const paused = await this.#find(named);
    if (!(await this.#store.claim(paused.record)))
      throw new ClientError('refused', `${nameOf(paused.record)} is under way in another securechat of yours`);
    const state = await this.#stateOf(paused);
    await this.#discards.giveUp(paused.record);
    this.#bus.publish('announced', { type: 'transfer', transfer: { ...state, state: 'cancelled', note: null } });
  }

  /** Call after each login, before this process adopts devices: finds transfers that were cut off, tells the daemon about dropped ones. */
  async tidy(): Promise<void> {
    await this.#store.settle((named) => this.#runs.has(named));
    await this.#discards.tellDaemon();
  }

  close(): void {
    this.#runs.close();
  }

  async #find(named: Named): Promise<Paused> {
    const paused = await this.#store.find(named);
    if (paused === null)
      throw new ClientError('refused', 'nothing of this transfer is left to go on with; begin it again');
    return paused;
  }

  /** The state of a paused transfer; forgets one whose file is complete. */
  async #stateOf({ record, done, note }: Paused): Promise<TransferState> {
    const about = { ...aboutOf(record), rate: 0 };
    if (record.direction === 'up') return { ...about, done, state: 'paused', note };
    const path = await namedBefore(this.#fs, record);
    if (path === null) return { ...about, done: await partSize(this.#fs, record), state: 'paused', note };
    await this.#store.forget(record);
    return { ...about, done: record.size, state: 'done', note: path };
  }
}

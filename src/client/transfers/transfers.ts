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
import { findCompleted, partSize } from './download-file.ts';
import { Downloads } from './downloads.ts';
import { FinishedDownloads } from './finished-downloads.ts';
import { commonState, RunningTransfers } from './running-transfers.ts';
import { TransferCleanup } from './transfer-cleanup.ts';
import type { TransferConnection } from './transfer-events.ts';
import { fileNameOf, type TransferRef, transferRef } from './transfer-record.ts';
import {
  type DeviceHolder,
  type IsPosted,
  type PausedTransfer,
  type TransferProfile,
  TransferStore,
} from './transfer-store.ts';
import { Uploads, type UploadsParts } from './uploads.ts';

export type TransfersParts = Pick<UploadsParts, 'me' | 'recipients' | 'myMessages'> & {
  connection: TransferConnection;
  profile: TransferProfile & { readonly fs: FileSystem };
  bus: ClientBus;
  shared: Pick<SharedFiles, 'all' | 'find'>;
  clock?: Clock;
  /** Default: no other process uses this profile. */
  worker?: DeviceHolder;
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
  readonly #cleanup: TransferCleanup;

  constructor(parts: TransfersParts) {
    const { connection, profile, bus, me, recipients, myMessages, shared } = parts;
    const { clock = systemClock, worker = { device: 0, isHeld: () => false }, isPosted = async () => false } = parts;
    const { fs, random } = profile;
    this.#fs = fs;
    this.#bus = bus;
    this.#store = new TransferStore(profile, clock, me, worker, isPosted);
    this.#cleanup = new TransferCleanup(connection, fs, this.#store);
    this.#runs = new RunningTransfers({ connection, bus, clock, store: this.#store, cleanup: this.#cleanup });
    const common = { fs, random, store: this.#store, runs: this.#runs, cleanup: this.#cleanup };
    this.uploads = new Uploads({ ...common, me, recipients, myMessages });
    this.downloads = new Downloads({ ...common, shared, saved: new FinishedDownloads(profile, me) });
  }

  /** Running transfers as they are, and all others as paused; once as done, if the file is complete. The oldest first. */
  async list(): Promise<TransferState[]> {
    await this.#store.pauseCutOff((named) => this.#runs.has(named));
    const paused = await Promise.all((await this.#store.paused()).map((one) => this.#stateOf(one)));
    return [...paused.filter((one) => !this.#runs.has(transferRef(one))), ...this.#runs.states()];
  }

  /** Resolves when it has stopped. @throws ClientError 'refused' when it is not running here */
  async pause(wanted: FileRef): Promise<void> {
    if ((await this.#runs.stop(transferRef(wanted), 'pause')) === null)
      throw new ClientError('refused', 'no such transfer is under way here');
  }

  /** Resolves when the resumed transfer is done. @throws ClientError 'refused' when there is no such transfer */
  async resume(wanted: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    const { record, done } = await this.#find(transferRef(wanted));
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
    const named = transferRef(wanted);
    const ended = await this.#runs.stop(named, 'drop');
    if (ended === 'cancelled' || ended === 'done' || this.#runs.dismiss(named)) return;
    const paused = await this.#find(named);
    if (!(await this.#store.claim(paused.record)))
      throw new ClientError('refused', `${fileNameOf(paused.record)} is under way in another securechat of yours`);
    const state = await this.#stateOf(paused);
    await this.#cleanup.giveUp(paused.record);
    this.#bus.publish('announced', { type: 'transfer', transfer: { ...state, state: 'cancelled', note: null } });
  }

  /** Call after each login, before this process adopts devices: finds transfers that were cut off, tells the daemon about dropped ones. */
  async tidy(): Promise<void> {
    await this.#store.pauseCutOff((named) => this.#runs.has(named));
    await this.#cleanup.tellDaemon();
  }

  close(): void {
    this.#runs.close();
  }

  async #find(named: TransferRef): Promise<PausedTransfer> {
    const paused = await this.#store.find(named);
    if (paused === null)
      throw new ClientError('refused', 'nothing of this transfer is left to go on with; begin it again');
    return paused;
  }

  /** The state of a paused transfer; forgets one whose file is complete. */
  async #stateOf({ record, done, note }: PausedTransfer): Promise<TransferState> {
    const about = { ...commonState(record), rate: 0 };
    if (record.direction === 'up') return { ...about, done, state: 'paused', note };
    const path = await findCompleted(this.#fs, record);
    if (path === null) return { ...about, done: await partSize(this.#fs, record), state: 'paused', note };
    await this.#store.forget(record);
    return { ...about, done: record.size, state: 'done', note: path };
  }
}

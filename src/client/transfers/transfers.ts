/** What was begun from this profile and neither finished nor given up: listed, paused, gone on with, given up. */
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { SharedFiles } from '../files/shared-files.ts';
import type { FileRef, TransferOptions, TransferState } from '../types.ts';
import { Discards } from './discards.ts';
import { Downloads } from './downloads.ts';
import { aboutOf, RunningTransfers } from './running-transfers.ts';
import { namedBefore, partSize } from './saved-file.ts';
import { SavedStore } from './saved-store.ts';
import { type Named, namedBy, nameOf } from './transfer-record.ts';
import { type IsPosted, type Paused, type TransferProfile, TransferStore, type Worker } from './transfer-store.ts';
import type { TransferConnection } from './transfer-wire.ts';
import { Uploads, type UploadsParts } from './uploads.ts';

export type TransfersParts = Pick<UploadsParts, 'me' | 'addressees' | 'mine'> & {
  connection: TransferConnection;
  profile: TransferProfile & { readonly fs: FileSystem };
  bus: ClientBus;
  shared: Pick<SharedFiles, 'all' | 'find'>;
  clock?: Clock;
  /** Without it nobody else works with this profile. */
  worker?: Worker;
  /** Without it an upload that was cut off is always one to go on with. */
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

  /** What is being worked on as it is, and what nobody works on as paused, or once as done; that of longest ago first. */
  async list(): Promise<TransferState[]> {
    await this.#store.settle((named) => this.#runs.has(named));
    const paused = await Promise.all((await this.#store.paused()).map((one) => this.#stateOf(one)));
    return [...paused.filter((one) => !this.#runs.has(namedBy(one))), ...this.#runs.states()];
  }

  /** Resolves when it has stopped. @throws ClientError 'refused' when it is not under way here */
  async pause(wanted: FileRef): Promise<void> {
    if ((await this.#runs.stop(namedBy(wanted), 'pause')) === null)
      throw new ClientError('refused', 'no such transfer is under way here');
  }

  /** Goes on with what is paused. Resolves when it is done. @throws ClientError 'refused' when nothing of it is left to go on with */
  async resume(wanted: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    const { begun, done } = await this.#find(namedBy(wanted));
    const states: TransferState[] = [];
    const watched = {
      ...options,
      onProgress(state: TransferState) {
        states.splice(0, 1, state);
        options.onProgress?.(state);
      },
    };
    if (begun.direction === 'up') await this.uploads.resume({ begun, done }, watched);
    else await this.downloads.resume({ begun, done }, watched);
    const [last] = states;
    if (last === undefined) throw new Error('a transfer ended without a word');
    return last;
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
    await this.#discards.giveUp(paused.begun);
    this.#bus.publish('announced', { type: 'transfer', transfer: { ...state, state: 'cancelled', note: null } });
  }

  /** At each login, before this process holds devices of others: finds what was cut off, tells the daemon what was given up. */
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

  /** Forgets what turns out to be done. */
  async #stateOf({ begun, done, note }: Paused): Promise<TransferState> {
    const about = { ...aboutOf(begun), rate: 0 };
    if (begun.direction === 'up') return { ...about, done, state: 'paused', note };
    const path = await namedBefore(this.#fs, begun);
    if (path === null) return { ...about, done: await partSize(this.#fs, begun), state: 'paused', note };
    await this.#store.forget(begun);
    return { ...about, done: begun.size, state: 'done', note: path };
  }
}

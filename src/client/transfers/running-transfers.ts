/** The transfers that this process is working on: each can be stopped, and announces its progress and its end. */

import type { Clock } from '../../platform/clock.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import { ClientError, isTemporary } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { TransferOptions, TransferState } from '../types.ts';
import { UnsendableFile } from './local-file.ts';
import { stopReason } from './stop-reason.ts';
import type { TransferCleanup } from './transfer-cleanup.ts';
import { type TransferConnection, TransferEvents } from './transfer-events.ts';
import { TransferProgress } from './transfer-progress.ts';
import { fileNameOf, mapKey, type TransferRecord, type TransferRef } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** The progress of an upload is stored at most this often, in ms, for a program that continues it after a crash. */
const KEEP_MS = 1000;

export type RunningTransfer = { events: TransferEvents; progress: TransferProgress; signal: AbortSignal };

/** `fresh`: just begun, so that nothing is kept of it when it is refused. */
export type StartableTransfer<B extends TransferRecord = TransferRecord> = { record: B; done: number; fresh?: boolean };

type Running = { control: AbortController; over: Promise<void>; progress: TransferProgress | null };

export type RunningTransfersParts = {
  connection: TransferConnection;
  bus: ClientBus;
  clock: Clock;
  store: TransferStore;
  cleanup: TransferCleanup;
};

export class RunningTransfers {
  readonly #parts: RunningTransfersParts;
  readonly #running = new Map<string, Running>();
  /** Failed transfers that cannot be resumed: only the listeners know them. */
  readonly #notResumable = new Map<string, TransferState>();
  #events: TransferEvents | null = null;

  constructor(parts: RunningTransfersParts) {
    this.#parts = parts;
  }

  has(named: TransferRef): boolean {
    return this.#running.has(mapKey(named));
  }

  states(): TransferState[] {
    return [...this.#running.values()].flatMap(({ progress }) => (progress === null ? [] : [progress.state]));
  }

  /** Ends the subscription to events of the daemon. */
  close(): void {
    this.#events?.stop();
  }

  /** Resolves, when it has stopped, with how it ended; null when it is not running here. */
  async stop(named: TransferRef, reason: keyof typeof stopReason): Promise<TransferState['state'] | null> {
    const running = this.#running.get(mapKey(named));
    running?.control.abort(stopReason[reason]);
    await running?.over;
    return running?.progress?.state.state ?? null;
  }

  /** Announces a failed transfer that cannot be resumed as cancelled. @returns false when there is no such transfer */
  dismiss(named: TransferRef): boolean {
    const key = mapKey(named);
    const state = this.#notResumable.get(key);
    if (state !== undefined) this.#announce({ ...state, state: 'cancelled' });
    return this.#notResumable.delete(key);
  }

  /** Runs `doing` as the one run of this transfer. @throws ClientError 'usage' when it runs already, here or in another program */
  async run<T>(
    { record, done, fresh = false }: StartableTransfer,
    options: TransferOptions,
    doing: (run: RunningTransfer) => Promise<T>,
  ): Promise<T> {
    const key = mapKey(record);
    const [name, what] = [fileNameOf(record), record.direction === 'up' ? 'sent' : 'fetched'];
    if (this.#running.has(key)) throw new ClientError('usage', `${name} is being ${what} already`);
    const control = new AbortController();
    const over = Promise.withResolvers<void>();
    const running: Running = { control, over: over.promise, progress: null };
    this.#running.set(key, running);
    try {
      if (!(await this.#parts.store.claim(record)))
        throw new ClientError('usage', `${name} is being ${what} by another securechat of yours`);
      const progress = new TransferProgress(
        this.#parts.clock,
        commonState(record),
        this.#onProgress(record, options),
        done,
      );
      running.progress = progress;
      const signals = options.signal === undefined ? [] : [options.signal];
      const signal = AbortSignal.any([control.signal, ...signals]);
      try {
        // Not before the first transfer: the connection gives the events before its first listener to that listener.
        this.#events ??= new TransferEvents(this.#parts.connection);
        return await doing({ events: this.#events, progress, signal });
      } catch (error) {
        throw await this.#ended({ record, fresh }, { progress, signal }, error);
      }
    } finally {
      this.#running.delete(key);
      over.resolve();
    }
  }

  /** @returns the error for the caller */
  async #ended(
    { record, fresh }: Pick<StartableTransfer, 'record' | 'fresh'>,
    { progress, signal }: Pick<RunningTransfer, 'progress' | 'signal'>,
    thrown: unknown,
  ): Promise<unknown> {
    const { done } = progress.state;
    if (thrown instanceof ClientError && thrown.code === 'cancelled') {
      if (signal.reason === stopReason.drop) {
        progress.end('cancelled');
        await this.#parts.cleanup.giveUp(record);
      } else {
        await this.#tryStore(this.#parts.store.pause(record, done, null));
        progress.end('paused');
      }
      return thrown;
    }
    const error = thrown instanceof Refusal ? new ClientError('refused', printable(thrown.message)) : thrown;
    const reason = error instanceof ClientError ? error.message : 'something unexpected happened';
    if (thrown instanceof UnsendableFile) await this.#tryStore(this.#parts.cleanup.giveUp(record));
    else if (isUnusable(thrown) || (fresh && done === 0 && isRefused(thrown)))
      await this.#tryStore(this.#parts.store.forget(record));
    else if (!(error instanceof ClientError && error.code === 'unreachable'))
      // The connection is closed for good, so this program ends: the next one finds the transfer as cut off.
      await this.#tryStore(this.#parts.store.pause(record, done, reason));
    const left = await this.#parts.store.find(record).catch(() => null);
    progress.end('failed', reason);
    if (left === null) this.#notResumable.set(mapKey(record), progress.state);
    return error;
  }

  #onProgress(record: TransferRecord, options: TransferOptions): (state: TransferState) => void {
    const { clock, store } = this.#parts;
    let keptAt = clock.monotonic();
    return (state) => {
      options.onProgress?.(state);
      this.#announce(state);
      const now = clock.monotonic();
      if (record.direction === 'down' || state.state !== 'running' || now - keptAt < KEEP_MS) return;
      keptAt = now;
      void this.#tryStore(store.storeProgress(record, state.done));
    };
  }

  #announce(transfer: TransferState): void {
    this.#parts.bus.publish('announced', { type: 'transfer', transfer });
  }

  /** Ignores failures: if the profile is closed, the next start finds the transfer without a process. */
  async #tryStore(writing: Promise<void>): Promise<void> {
    await writing.catch(() => {});
  }
}

export function commonState(
  record: TransferRecord,
): Pick<TransferState, 'id' | 'author' | 'direction' | 'name' | 'conversation' | 'size'> {
  const { file, author, direction, to, size } = record;
  return { id: hex(file), author, direction, name: fileNameOf(record), conversation: to, size };
}

/** Whether the upload can never be resumed: the next attempt starts over. */
function isUnusable(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'id-reused' || error.code === 'not-permitted');
}

/** Whether the daemon refused it, or the request was wrong. */
function isRefused(error: unknown): boolean {
  if (error instanceof ClientError) return error.code === 'usage';
  return error instanceof Refusal && !isTemporary(error);
}

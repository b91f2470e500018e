/** What is being worked on here: one run for each transfer, which can be stopped, and tells how it goes and how it ended. */

import type { Clock } from '../../platform/clock.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { printable } from '../../protocol/base/text.ts';
import { ClientError, isPassing } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { TransferOptions, TransferState } from '../types.ts';
import type { Discards } from './discards.ts';
import { stopReason } from './stop.ts';
import { TransferProgress } from './transfer-progress.ts';
import { keyOf, type Named, nameOf, type TransferRecord } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';
import { News, type TransferConnection } from './transfer-wire.ts';

/** How far an upload is gets kept at most this often: what the next program knows of one that is cut off. */
const KEEP_MS = 1000;

export type RunningTransfer = { news: News; progress: TransferProgress; signal: AbortSignal };

/** `fresh`: begun just now, so that nothing of it is worth keeping when it is refused. */
export type Startable<B extends TransferRecord = TransferRecord> = { begun: B; done: number; fresh?: boolean };

type Running = { control: AbortController; over: Promise<void>; progress: TransferProgress | null };

export type RunsParts = {
  connection: TransferConnection;
  bus: ClientBus;
  clock: Clock;
  store: TransferStore;
  discards: Discards;
};

export class RunningTransfers {
  readonly #parts: RunsParts;
  readonly #running = new Map<string, Running>();
  /** Failed, and nothing of them is left to go on with: only the listeners know of them. */
  readonly #hopeless = new Map<string, TransferState>();
  #news: News | null = null;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  has(named: Named): boolean {
    return this.#running.has(keyOf(named));
  }

  states(): TransferState[] {
    return [...this.#running.values()].flatMap(({ progress }) => (progress === null ? [] : [progress.state]));
  }

  /** Waits for no news of the daemon any more. */
  close(): void {
    this.#news?.stop();
  }

  /** Resolves when it has stopped, with how it ended. null: it is not running here. */
  async stop(named: Named, reason: keyof typeof stopReason): Promise<TransferState['state'] | null> {
    const running = this.#running.get(keyOf(named));
    running?.control.abort(stopReason[reason]);
    await running?.over;
    return running?.progress?.state.state ?? null;
  }

  /** Takes what failed for good away from the listeners. false: there is no such transfer. */
  dismiss(named: Named): boolean {
    const key = keyOf(named);
    const state = this.#hopeless.get(key);
    if (state !== undefined) this.#announce({ ...state, state: 'cancelled' });
    return this.#hopeless.delete(key);
  }

  /** @throws ClientError 'usage' when it is under way already, here or in another program */
  async run<T>(
    { begun, done, fresh = false }: Startable,
    options: TransferOptions,
    doing: (run: RunningTransfer) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(begun);
    const [name, what] = [nameOf(begun), begun.direction === 'up' ? 'sent' : 'fetched'];
    if (this.#running.has(key)) throw new ClientError('usage', `${name} is being ${what} already`);
    const control = new AbortController();
    const over = Promise.withResolvers<void>();
    const running: Running = { control, over: over.promise, progress: null };
    this.#running.set(key, running);
    try {
      if (!(await this.#parts.store.claim(begun)))
        throw new ClientError('usage', `${name} is being ${what} by another securechat of yours`);
      const progress = new TransferProgress(this.#parts.clock, aboutOf(begun), this.#teller(begun, options), done);
      running.progress = progress;
      const signals = options.signal === undefined ? [] : [options.signal];
      const signal = AbortSignal.any([control.signal, ...signals]);
      try {
        // From the first transfer on, and not before: what comes before anybody listens is meant for the conversations.
        this.#news ??= new News(this.#parts.connection);
        return await doing({ news: this.#news, progress, signal });
      } catch (error) {
        throw await this.#ended({ begun, fresh }, { progress, signal }, error);
      }
    } finally {
      this.#running.delete(key);
      over.resolve();
    }
  }

  /** @returns what the caller is told */
  async #ended(
    { begun, fresh }: Pick<Startable, 'begun' | 'fresh'>,
    { progress, signal }: Pick<RunningTransfer, 'progress' | 'signal'>,
    thrown: unknown,
  ): Promise<unknown> {
    const { done } = progress.state;
    if (thrown instanceof ClientError && thrown.code === 'cancelled') {
      if (signal.reason === stopReason.drop) {
        progress.end('cancelled');
        await this.#parts.discards.giveUp(begun);
      } else {
        await this.#kept(this.#parts.store.rest(begun, done, null));
        progress.end('paused');
      }
      return thrown;
    }
    const error = thrown instanceof Refusal ? new ClientError('refused', printable(thrown.message)) : thrown;
    const reason = error instanceof ClientError ? error.message : 'something unexpected happened';
    if (isUseless(thrown) || (fresh && done === 0 && isRefused(thrown)))
      await this.#kept(this.#parts.store.forget(begun));
    else if (!(error instanceof ClientError && error.code === 'unreachable'))
      // With the connection closed for good this program ends: it is found as cut off.
      await this.#kept(this.#parts.store.rest(begun, done, reason));
    const left = await this.#parts.store.find(begun).catch(() => null);
    progress.end('failed', reason);
    if (left === null) this.#hopeless.set(keyOf(begun), progress.state);
    return error;
  }

  #teller(begun: TransferRecord, options: TransferOptions): (state: TransferState) => void {
    const { clock, store } = this.#parts;
    let keptAt = clock.monotonic();
    return (state) => {
      options.onProgress?.(state);
      this.#announce(state);
      const now = clock.monotonic();
      if (begun.direction === 'down' || state.state !== 'running' || now - keptAt < KEEP_MS) return;
      keptAt = now;
      void this.#kept(store.reach(begun, state.done));
    };
  }

  #announce(transfer: TransferState): void {
    this.#parts.bus.publish('announced', { type: 'transfer', transfer });
  }

  /** A profile that was closed meanwhile finds at the next start that nobody works on it. */
  async #kept(writing: Promise<void>): Promise<void> {
    await writing.catch(() => {});
  }
}

export function aboutOf(
  begun: TransferRecord,
): Pick<TransferState, 'id' | 'author' | 'direction' | 'name' | 'conversation' | 'size'> {
  const { file, author, direction, to, size } = begun;
  return { id: hex(file), author, direction, name: nameOf(begun), conversation: to, size };
}

/** An upload that can never be gone on with: the next attempt begins anew. */
function isUseless(error: unknown): boolean {
  return error instanceof Refusal && (error.code === 'id-reused' || error.code === 'not-permitted');
}

/** By the daemon, or because it was asked for wrongly. */
function isRefused(error: unknown): boolean {
  if (error instanceof ClientError) return error.code === 'usage';
  return error instanceof Refusal && !isPassing(error);
}

/**
 * Gathers the store's calls into batches for the database's thread, one transaction each (group commit). Calls of one turn of the event
 * loop, and those that arrive while a batch is being committed, form the next batch: there is no timer, and no wait when idle. When
 * more calls wait than a batch takes, requesters take turns, and those with nothing in flight go first.
 */

import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { FairQueue } from '../../protocol/base/fair-queue.ts';
import { eventLoop } from '../limits/event-loop.ts';
import type { OperationName, Operations, Requester } from '../store/store.ts';
import type { Batch, Call } from './group-commit.ts';

/** Batches that are sent to the thread at once. */
const BATCHES_IN_FLIGHT = 2;
/** Milliseconds of work in one batch and in its answers: a new requester waits for the batches in flight. */
const BATCH_MS = 6;
/** A batch works at least as long as its sync takes: on a slow disk batches are longer. */
const WORK_TO_SYNC = 1;
/** Bounds of a batch's weight, whatever was measured. A call that appends a note weighs 1. */
const LEAST_PER_BATCH = 50;
const MOST_PER_BATCH = 1000;
/** Milliseconds for a call of weight 1 before anything was measured (npm run bench -- durable). */
const FIRST_MS = 0.03;
/** Weight of the earlier measurements against a new batch (exponential moving average). */
const MEMORY = 0.9;
/** Stored sizes of a note of one chunk and of an epoch's key. */
const NOTE_BYTES = 4096;
const KEY_BYTES = 1536;
/** The weight of calls that read or write more than an appended note. */
const WEIGHTS: { [N in OperationName]?: (params: Parameters<Operations[N]>[0]) => number } = {
  fetch: () => 25,
  files: () => 25,
  conversations: () => 25,
  cardsOf: ({ ids }) => Math.max(1, ids.length / 4),
  cards: () => 10,
  vault: () => 5,
  finishClosing: () => 25,
  putVault: ({ bytes }) => Math.max(1, bytes.length / NOTE_BYTES),
  appendEpoch: ({ bytes, keys }) => Math.max(1, (bytes.length + keys.length * KEY_BYTES) / NOTE_BYTES),
};

function weightOf({ name, params }: Call): number {
  const weigh = WEIGHTS[name] as ((params: unknown) => number) | undefined;
  return weigh?.(params) ?? 1;
}

type Waiting = {
  call: Call;
  weight: number;
  requester: Requester | null;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
};

/** The account that pays for a call; '' for the daemon's own. */
function keyOf({ requester }: Pick<Waiting, 'requester'>): string {
  return requester?.key ?? '';
}

/** Moving averages of what batches take, in the thread and in the event loop. */
class Pace {
  #weight = 100;
  #threadMs = 100 * FIRST_MS;
  #loopMs = 0;
  #sync = 0;

  add(weight: number, ms: { thread: number; loop: number; sync: number }): void {
    this.#weight = this.#weight * MEMORY + weight;
    this.#threadMs = this.#threadMs * MEMORY + ms.thread;
    this.#loopMs = this.#loopMs * MEMORY + ms.loop;
    this.#sync = this.#sync * MEMORY + ms.sync * (1 - MEMORY);
  }

  /** Milliseconds of the thread for a call of weight 1. The sync is left out: it is shared, and waiting rather than work. */
  get each(): number {
    return this.#threadMs / this.#weight;
  }

  /** The greatest weight of the next batch. */
  get most(): number {
    const each = Math.max(this.#threadMs, this.#loopMs) / this.#weight;
    const most = Math.max(BATCH_MS, WORK_TO_SYNC * this.#sync) / each;
    return Math.max(LEAST_PER_BATCH, Math.min(MOST_PER_BATCH, most));
  }
}

export class CommitQueue {
  readonly #send: (batch: Call[]) => void;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #waiting = new FairQueue<Waiting>();
  readonly #sent: Waiting[][] = [];
  readonly #pace = new Pace();
  #scheduled = false;
  #failure: Error | null = null;
  #onIdle: (() => void)[] = [];

  constructor(send: (batch: Call[]) => void, clock: Pick<Clock, 'monotonic'>) {
    this.#send = send;
    this.#clock = clock;
  }

  /** Resolves with the result after its commit. @throws Refusal, or the error given to fail() */
  add(call: Call, requester: Requester | null): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    const weight = weightOf(call);
    return new Promise((resolve, reject) => {
      const waiting = { call, weight, requester, resolve, reject };
      this.#waiting.add(keyOf(waiting), waiting);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#flush();
      });
    });
  }

  /**
   * Answers the calls of the oldest batch. Short answers are given at once, so that writers get them in the order of the commit; a
   * long one waits for a turn of its requester.
   */
  async settle({ outcomes, workMs, syncMs }: Batch): Promise<void> {
    const batch = this.#sent.shift() ?? [];
    const begun = this.#clock.monotonic();
    let total = 0;
    for (const [index, { weight, requester, resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index] ?? { error: 'no outcome' };
      total += weight;
      requester?.chargeMeasured(this.#pace.each * weight);
      if ('refusal' in outcome) reject(new Refusal(outcome.refusal.code, outcome.refusal.message));
      else if ('error' in outcome) reject(new Error(`the store failed: ${outcome.error}`));
      else if (requester === null || weight === 1) resolve(outcome.result);
      else requester.turn(() => resolve(outcome.result));
    }
    this.#flush();
    this.#tellIdle();
    await eventLoop.settled();
    this.#pace.add(total, { thread: workMs, loop: this.#clock.monotonic() - begun, sync: syncMs });
  }

  /** Fails all calls that have no outcome yet, and all later ones. */
  fail(error: Error): void {
    this.#failure ??= error;
    const lost = [...this.#sent.splice(0).flat(), ...this.#takeWaiting(Number.POSITIVE_INFINITY)];
    for (const { reject } of lost) reject(this.#failure);
    this.#tellIdle();
  }

  /** Resolves when all calls are answered. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#tellIdle();
    });
  }

  #flush(): void {
    while (this.#waiting.size > 0 && this.#sent.length < BATCHES_IN_FLIGHT) {
      const batch = this.#nextBatch();
      this.#sent.push(batch);
      this.#send(batch.map(({ call }) => call));
    }
  }

  /** Requesters with nothing in flight come first: one call of each is a batch of its own, so that they wait behind no other's calls. */
  #nextBatch(): Waiting[] {
    const { most } = this.#pace;
    const inFlight = new Set(this.#sent.flat().map(keyOf));
    const first: Waiting[] = [];
    let weight = 0;
    for (const one of this.#waiting.takeEach((key) => !inFlight.has(key))) {
      first.push(one);
      weight += one.weight;
      if (weight >= most) break;
    }
    return first.length > 0 ? first : this.#takeWaiting(most);
  }

  #takeWaiting(most: number): Waiting[] {
    const taken: Waiting[] = [];
    for (let weight = 0; weight < most; ) {
      const one = this.#waiting.take();
      if (one === undefined) break;
      weight += one.weight;
      taken.push(one);
    }
    return taken;
  }

  #tellIdle(): void {
    if (this.#sent.length + this.#waiting.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

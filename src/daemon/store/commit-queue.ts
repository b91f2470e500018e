/**
 * Calls on their way to the thread of the database, and its answers on their way back. Calls that come while a batch is being
 * committed become the next batch: no timer, and no wait when idle. When more waits than one batch takes, the payers take turns.
 */
import { Refusal } from '../../protocol/errors.ts';
import { FairLine } from '../../protocol/fair-line.ts';
import type { Payer } from '../../protocol/pool.ts';
import { loopPace, type Pace } from '../pace.ts';
import type { Call, Outcome } from './group-commit.ts';
import type { OperationName } from './store.ts';

/** Batches that the thread may hold. */
const BATCHES_IN_FLIGHT = 2;
/** What one batch may weigh, in calls of the lightest kind: fewer while the loop takes long to go on with the answers. */
const MOST_PER_BATCH = 500;
const LEAST_PER_BATCH = 50;
/** Milliseconds until all of a batch is answered, above which the next is smaller, so that calls wait in the fair line. */
const LONG_MS = 10;
/** Milliseconds of the thread for such a call (npm run bench -- durable); the sync, which is shared, is waiting and no work. */
const MS_PER_WEIGHT = 0.05;
/** Calls that read a lot, in calls that append a note. */
const WEIGHTS: { [N in OperationName]?: number } = {
  fetch: 25,
  files: 25,
  conversations: 25,
  cardsOf: 25,
  cards: 10,
  vault: 5,
};
/** Milliseconds of answers in one turn of the loop: each answer makes its handler go on. */
const SLICE_MS = 2;

type Waiting = {
  call: Call;
  weight: number;
  payer: Payer | null;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
};

export class CommitQueue {
  readonly #send: (batch: Call[]) => void;
  readonly #pace: Pace;
  readonly #waiting = new FairLine<Waiting>();
  readonly #sent: Waiting[][] = [];
  #most = MOST_PER_BATCH;
  #answers: { waiting: Waiting; outcome: Outcome }[] = [];
  #scheduled = false;
  #answering = false;
  #failure: Error | null = null;
  #onIdle: (() => void)[] = [];

  constructor(send: (batch: Call[]) => void, pace: Pace = loopPace) {
    this.#send = send;
    this.#pace = pace;
  }

  /** @throws Refusal, and the error given to fail(). */
  add(call: Call, payer: Payer | null): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    const weight = WEIGHTS[call.name] ?? 1;
    return new Promise((resolve, reject) => {
      this.#waiting.add(payer?.key ?? '', { call, weight, payer, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#flush();
      });
    });
  }

  /** The outcomes of the oldest batch, in order. */
  settle(outcomes: Outcome[]): void {
    const batch = this.#sent.shift() ?? [];
    for (const [index, waiting] of batch.entries()) {
      waiting.payer?.charge(MS_PER_WEIGHT * waiting.weight);
      this.#answers.push({ waiting, outcome: outcomes[index] ?? { error: 'no outcome' } });
    }
    if (this.#answering) return;
    this.#answering = true;
    this.#flush();
    void this.#answer(performance.now());
  }

  /** Everything that has no outcome yet fails, and all that is asked from now on. */
  fail(error: Error): void {
    this.#failure ??= error;
    const lost = [...this.#sent.splice(0).flat(), ...this.#takeWaiting(Number.POSITIVE_INFINITY)];
    for (const { reject } of lost) reject(this.#failure);
    this.#tellIdle();
  }

  /** Resolves when everything is answered. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#tellIdle();
    });
  }

  async #answer(begun: number): Promise<void> {
    const end = performance.now() + SLICE_MS;
    let given = 0;
    for (const { waiting, outcome } of this.#answers) {
      given += 1;
      if ('result' in outcome) waiting.resolve(outcome.result);
      else if ('refusal' in outcome) waiting.reject(new Refusal(outcome.refusal.code, outcome.refusal.message));
      else waiting.reject(new Error(`the store failed: ${outcome.error}`));
      await this.#pace.settled();
      if (performance.now() >= end) break;
    }
    this.#answers.splice(0, given);
    if (this.#answers.length > 0) {
      this.#pace.later(() => void this.#answer(begun));
      return;
    }
    this.#answering = false;
    const long = performance.now() - begun > LONG_MS;
    this.#most = long
      ? Math.max(LEAST_PER_BATCH, this.#most / 2)
      : Math.min(MOST_PER_BATCH, this.#most + LEAST_PER_BATCH);
    this.#flush();
    this.#tellIdle();
  }

  #flush(): void {
    const inFlight = () => this.#sent.length + (this.#answers.length > this.#most ? 1 : 0);
    while (this.#waiting.size > 0 && inFlight() < BATCHES_IN_FLIGHT) {
      const batch = this.#takeWaiting(this.#most);
      this.#sent.push(batch);
      this.#send(batch.map(({ call }) => call));
    }
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
    if (this.#sent.length + this.#waiting.size + this.#answers.length > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}

/**
 * Which request the main thread carries out next: one of the person (before login: the address) that has used the least work.
 * Who rests in between owes nothing when coming back, as in the schedulers of operating systems: a person who waits for answers goes
 * before fifty who never stop asking, though each of those may have got less. So many busy links delay the next request of
 * another person by one slice at most. Nobody rests who has several requests under way, though all of them wait for the store.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Budget } from './budgets.ts';
import { type EventLoop, eventLoop } from './event-loop.ts';

/** Milliseconds of work in one turn of the loop, measured or charged; in between sockets are read and answers leave. */
const SLICE_MS = 2;
/** Who had a turn no longer ago than this is at work, in milliseconds. */
const AT_WORK_MS = 100;
/** Who asked for nothing during so many milliseconds has rested. */
const REST_MS = 1;
/** Milliseconds by which one who comes may be behind the average, after a rest and without one. */
const AHEAD_MS = { rested: 4, restless: 2 };

type Turn = { act: () => void; cost: number };

export class FairScheduler {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #loop: EventLoop;
  readonly #queues = new Map<Budget, Turn[]>();
  /** What each of those in line was given, on average, in milliseconds; nobody who comes is far behind it. */
  #virtualTime = 0;
  #running = false;
  /** Who had the latest turn, and when; and when the latest one of anybody else was. */
  #latest: Budget | null = null;
  #latestAt = Number.NEGATIVE_INFINITY;
  #otherAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, pace: EventLoop = eventLoop) {
    this.#clock = clock;
    this.#loop = pace;
  }

  /**
   * Runs `act` once, later; those of one budget in order. What it takes until it waits for something is charged, and `cost`
   * milliseconds for what no clock sees: at once, so that a small piece of work goes before a large one. One that throws stops no
   * other: its error is thrown to the process, in the next turn of the loop.
   */
  schedule(budget: Budget, act: () => void, cost = 0): void {
    const line = this.#queues.get(budget);
    if (line !== undefined) line.push({ act, cost });
    else {
      this.#enter(budget);
      this.#queues.set(budget, [{ act, cost }]);
    }
    if (cost > 0) budget.charge(cost);
    if (this.#running) return;
    this.#running = true;
    this.#loop.defer(() => void this.#run());
  }

  /** Whether nobody else is at work here: nobody's turn comes later when this one has more of them. */
  isAlone(budget: Budget): boolean {
    if (this.#queues.size > (this.#queues.has(budget) ? 1 : 0)) return false;
    const otherAt = this.#latest === budget ? this.#otherAt : this.#latestAt;
    return this.#clock.monotonic() - otherAt > AT_WORK_MS;
  }

  async #run(): Promise<void> {
    let now = this.#clock.monotonic();
    let left = SLICE_MS;
    for (let budget = this.#lightest(); budget !== null && left > 0; budget = this.#lightest()) {
      const { size } = this.#queues;
      const { used, total } = budget;
      this.#noteTurn(budget, now);
      const cost = this.#runFirst(budget);
      await this.#loop.settled();
      const before = now;
      now = this.#clock.monotonic();
      budget.chargeMeasured(now - before);
      if (!this.#queues.has(budget)) budget.restsSince = now;
      // What nobody is charged for, as a pause of the garbage collector, was given to nobody.
      const charged = budget.total - total + cost;
      this.#virtualTime = Math.max(this.#virtualTime, used) + charged / size;
      left -= Math.max(now - before, charged);
    }
    this.#loop.flush();
    this.#running = this.#queues.size > 0;
    if (this.#running) this.#loop.defer(() => void this.#run());
  }

  /** @returns its cost */
  #runFirst(budget: Budget): number {
    const line = this.#queues.get(budget) ?? [];
    const turn = line.shift();
    if (line.length === 0) this.#queues.delete(budget);
    budget.restsSince = Number.POSITIVE_INFINITY;
    try {
      turn?.act();
    } catch (error) {
      this.#loop.defer(() => {
        throw error;
      });
    }
    return turn?.cost ?? 0;
  }

  #enter(budget: Budget): void {
    const rested = budget.inFlight <= 1 && this.#clock.monotonic() - budget.restsSince >= REST_MS;
    budget.used = rested
      ? this.#virtualTime - AHEAD_MS.rested
      : Math.max(budget.used, this.#virtualTime - AHEAD_MS.restless);
  }

  #noteTurn(budget: Budget, now: number): void {
    if (this.#latest !== budget) this.#otherAt = this.#latestAt;
    this.#latest = budget;
    this.#latestAt = now;
  }

  /** Only those with something to do are looked at. */
  #lightest(): Budget | null {
    let lightest: Budget | null = null;
    for (const budget of this.#queues.keys()) {
      if (lightest === null || budget.used < lightest.used) lightest = budget;
    }
    return lightest;
  }
}

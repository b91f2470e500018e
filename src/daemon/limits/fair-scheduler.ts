/**
 * Schedules requests on the main thread fairly: the budget with the least virtual runtime goes
 * first, as in Linux's CFS. A budget is a person, or an address before login. One that returns from a rest gets a small
 * credit and owes nothing, so a person who waits for answers goes before fifty who never stop asking, and a busy link
 * delays another person's next request by one slice at most. A budget with several requests in flight is not at rest,
 * even while all of them wait for the store.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Budget } from './budgets.ts';
import { type EventLoop, eventLoop } from './event-loop.ts';

/** Milliseconds of work in one turn of the loop, measured or charged. Between turns sockets are read and written. */
const SLICE_MS = 2;
/** A budget that had a turn within this many milliseconds is at work. */
const AT_WORK_MS = 100;
/** A budget without queued work for this many milliseconds has rested. */
const REST_MS = 1;
/** How far below the virtual time a budget may start, ms: after a rest, and without one. */
const AHEAD_MS = { rested: 4, restless: 2 };

type Turn = { act: () => void; cost: number };

export class FairScheduler {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #loop: EventLoop;
  readonly #queues = new Map<Budget, Turn[]>();
  /** The average runtime given to each queued budget, ms. New budgets start near it. */
  #virtualTime = 0;
  #running = false;
  /** The budget of the latest turn, its time, and the time of the latest turn of any other budget. */
  #latest: Budget | null = null;
  #latestAt = Number.NEGATIVE_INFINITY;
  #otherAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, pace: EventLoop = eventLoop) {
    this.#clock = clock;
    this.#loop = pace;
  }

  /**
   * Runs `act` once, in a later turn; the actions of one budget run in order. Its synchronous time is measured and
   * charged; `cost` (ms) is charged immediately for work that cannot be measured, so that small work goes before large.
   * An error does not stop other actions: it is rethrown in the next turn of the loop.
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

  /** Whether no other budget is at work, so that further turns of this one delay nobody. */
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
      // Time that nobody is charged for, such as a garbage collection, does not advance the virtual time.
      const charged = budget.total - total + cost;
      this.#virtualTime = Math.max(this.#virtualTime, used) + charged / size;
      left -= Math.max(now - before, charged);
    }
    this.#loop.flush();
    this.#running = this.#queues.size > 0;
    if (this.#running) this.#loop.defer(() => void this.#run());
  }

  /** @returns its cost, ms */
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

  /** Scans only budgets with queued work. */
  #lightest(): Budget | null {
    let lightest: Budget | null = null;
    for (const budget of this.#queues.keys()) {
      if (lightest === null || budget.used < lightest.used) lightest = budget;
    }
    return lightest;
  }
}

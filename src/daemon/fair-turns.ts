/**
 * Which request the main thread carries out next: one of the person (before login: the address) that has used the least work.
 * So many busy links delay the next request of another person by one slice at most.
 */
import type { Clock } from '../protocol/seams.ts';
import type { Budget } from './budgets.ts';
import { loopPace, type Pace } from './pace.ts';

/** Milliseconds of work in one turn of the loop, measured or charged; in between sockets are read and answers leave. */
const SLICE_MS = 2;
/** Who had a turn no longer ago than this is at work, in milliseconds. */
const AT_WORK_MS = 100;
/** Unused work that a quiet person keeps, in milliseconds. */
const AHEAD_MS = 2;

type Turn = () => void;

export class FairTurns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #pace: Pace;
  readonly #lines = new Map<Budget, Turn[]>();
  /** The highest `used` of a budget at the start of its turn. */
  #served = 0;
  #running = false;
  /** Who had the latest turn, and when; and when the latest one of anybody else was. */
  #latest: Budget | null = null;
  #latestAt = Number.NEGATIVE_INFINITY;
  #otherAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, pace: Pace = loopPace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /**
   * Runs `turn` once, later; those of one budget in order. What it takes until it waits for something is charged. A turn that
   * throws stops no other: its error is thrown to the process, in the next turn of the loop.
   */
  take(budget: Budget, turn: Turn): void {
    const line = this.#lines.get(budget);
    if (line !== undefined) line.push(turn);
    else {
      budget.used = Math.max(budget.used, this.#served - AHEAD_MS);
      this.#lines.set(budget, [turn]);
    }
    if (this.#running) return;
    this.#running = true;
    this.#pace.later(() => void this.#run());
  }

  /** Whether nobody else is at work here: nobody's turn comes later when this one has more of them. */
  alone(budget: Budget): boolean {
    if (this.#lines.size > (this.#lines.has(budget) ? 1 : 0)) return false;
    const otherAt = this.#latest === budget ? this.#otherAt : this.#latestAt;
    return this.#clock.monotonic() - otherAt > AT_WORK_MS;
  }

  async #run(): Promise<void> {
    let now = this.#clock.monotonic();
    let left = SLICE_MS;
    for (let budget = this.#lightest(); budget !== null && left > 0; budget = this.#lightest()) {
      const used = budget.used;
      this.#served = Math.max(this.#served, used);
      this.#note(budget, now);
      const line = this.#lines.get(budget) ?? [];
      const turn = line.shift();
      if (line.length === 0) this.#lines.delete(budget);
      try {
        turn?.();
      } catch (error) {
        this.#pace.later(() => {
          throw error;
        });
      }
      await this.#pace.settled();
      const before = now;
      now = this.#clock.monotonic();
      budget.measured(now - before);
      left -= Math.max(now - before, budget.used - used);
    }
    this.#pace.flush();
    this.#running = this.#lines.size > 0;
    if (this.#running) this.#pace.later(() => void this.#run());
  }

  #note(budget: Budget, now: number): void {
    if (this.#latest !== budget) this.#otherAt = this.#latestAt;
    this.#latest = budget;
    this.#latestAt = now;
  }

  /** Only those with something to do are looked at. */
  #lightest(): Budget | null {
    let lightest: Budget | null = null;
    for (const budget of this.#lines.keys()) {
      if (lightest === null || budget.used < lightest.used) lightest = budget;
    }
    return lightest;
  }
}

/**
 * When links write what was sent: at the end of the turn of the loop. While the process has little time, one that writes again
 * and again waits, the longer the busier the process is; so one with little to say never waits, and much goes in few records.
 */
import { performance } from 'node:perf_hooks';

/** Longest wait, in milliseconds; a person does not notice it, and at full load it makes one record of very many messages. */
const MOST = 20;
/** Share of time in which the loop may work before links begin to wait. */
const CALM = 0.5;
/** Milliseconds over which it is measured. */
const SAMPLE = 100;
/** Writes that one may make at once after it was quiet; it earns one in each delay. */
const AT_ONCE = 8;

/** Milliseconds to wait at a loop utilisation between 0 and 1; 0 is the end of this turn of the loop. */
export function flushDelay(utilisation: number): number {
  return Math.round(Math.max(0, Math.min(1, utilisation) - CALM) * (MOST / (1 - CALM)));
}

/** What writes when it is told. */
export type Flushable = {
  flush(): void;
  /**
   * When its latest write would have come had all of them been a delay apart, by performance.now(): the time of a virtual
   * schedule (GCRA, ITU-T I.371). The flusher's own; 0 at the start.
   */
  due: number;
};

export interface Flusher {
  /** Flushes `one` once, later. */
  schedule(one: Flushable): void;
}

/** The time, and how busy the loop is. */
type Loop = Pick<typeof performance, 'now' | 'eventLoopUtilization'>;

/** One timer for all links of a process, since a room's message goes to each of them. */
export class AdaptiveFlusher implements Flusher {
  readonly #loop: Loop;
  #soon: Flushable[] = [];
  #waiting: Flushable[] = [];
  #sampled: ReturnType<Loop['eventLoopUtilization']>;
  #at: number;
  #delay = 0;

  constructor(loop: Loop = performance) {
    this.#loop = loop;
    this.#sampled = loop.eventLoopUtilization();
    this.#at = loop.now();
  }

  schedule(one: Flushable): void {
    if (one.due - this.#loop.now() <= AT_ONCE * this.#delay) {
      if (this.#soon.push(one) === 1) setImmediate(() => this.flush());
    } else if (this.#waiting.push(one) === 1) {
      setTimeout(() => this.#flush(this.#waiting.splice(0)), this.#delay);
    }
  }

  /** Flushes now what is to be flushed at the end of this turn of the loop. */
  flush(): void {
    this.#flush(this.#soon.splice(0));
  }

  #flush(due: Flushable[]): void {
    const now = this.#loop.now();
    this.#sample(now);
    for (const one of due) {
      one.due = Math.max(one.due, now) + this.#delay;
      one.flush();
    }
  }

  #sample(now: number): void {
    if (now - this.#at < SAMPLE) return;
    const current = this.#loop.eventLoopUtilization();
    this.#delay = flushDelay(this.#loop.eventLoopUtilization(current, this.#sampled).utilization);
    this.#sampled = current;
    this.#at = now;
  }
}

export const sharedFlusher = new AdaptiveFlusher();

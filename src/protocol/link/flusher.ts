/**
 * Decides when links write: at the end of the turn of the event loop. While the process is busy, a link that writes
 * often waits, longer the busier the process is. So a quiet link never waits, and a busy one sends few large records.
 */
import { performance } from 'node:perf_hooks';

/** The longest wait, ms. A person does not notice it, and at full load it packs very many messages into a record. */
const MOST = 20;
/** The share of busy time of the loop above which links wait. */
const CALM = 0.5;
/** The sampling interval, ms. */
const SAMPLE = 100;
/** Writes that a link may do at once after it was quiet; it earns one in each delay. */
const AT_ONCE = 8;

/** Milliseconds to wait at a loop utilization between 0 and 1. 0 means the end of this turn. */
export function flushDelay(utilisation: number): number {
  return Math.round(Math.max(0, Math.min(1, utilisation) - CALM) * (MOST / (1 - CALM)));
}

/** Something that writes when it is flushed. */
export type Flushable = {
  flush(): void;
  /**
   * When its latest write would have happened if all were one delay apart, by performance.now(): the theoretical
   * arrival time of GCRA (ITU-T I.371). Kept by the flusher; 0 at the start.
   */
  due: number;
};

export interface Flusher {
  /** Flushes `one` once, later. */
  schedule(one: Flushable): void;
}

/** The clock and the utilization of the loop. */
type Loop = Pick<typeof performance, 'now' | 'eventLoopUtilization'>;

/** One timer for all links of a process, since a room message goes to each of them. */
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

  /** Flushes what is scheduled for the end of this turn. */
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

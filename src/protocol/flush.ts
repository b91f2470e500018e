/** When links write what was sent: all together, at once while the process has time, later the busier it is. */
import { performance } from 'node:perf_hooks';

/** Longest wait; a person does not notice it, and at full load it makes one record of very many messages. */
const MOST = 20;
/** Share of time in which the loop may work before links begin to wait. */
const CALM = 0.5;
const SAMPLE = 100;

/** Milliseconds to wait at a loop utilisation between 0 and 1; 0 is the end of this turn of the loop. */
export function flushDelay(utilisation: number): number {
  return Math.round(Math.max(0, Math.min(1, utilisation) - CALM) * (MOST / (1 - CALM)));
}

export interface Flusher {
  /** Calls `flush` once, later. */
  schedule(flush: () => void): void;
}

/** One timer for all links of a process, since a room's message goes to each of them. */
export class AdaptiveFlusher implements Flusher {
  #waiting: (() => void)[] = [];
  #sampled = performance.eventLoopUtilization();
  #at = performance.now();
  #delay = 0;

  schedule(flush: () => void): void {
    if (this.#waiting.push(flush) > 1) return;
    const run = () => {
      this.#sample();
      const due = this.#waiting;
      this.#waiting = [];
      for (const one of due) one();
    };
    if (this.#delay === 0) setImmediate(run);
    else setTimeout(run, this.#delay);
  }

  #sample(): void {
    const now = performance.now();
    if (now - this.#at < SAMPLE) return;
    const current = performance.eventLoopUtilization();
    this.#delay = flushDelay(performance.eventLoopUtilization(current, this.#sampled).utilization);
    this.#sampled = current;
    this.#at = now;
  }
}

export const sharedFlusher: Flusher = new AdaptiveFlusher();

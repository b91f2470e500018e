/** Compares this machine's clock with the daemon's: with a wrong clock, valid keys seem expired. */

/** A smaller difference is normal. ms. */
const TOLERATED_MS = 5 * 60_000;

/** How far a decision may lie after the daemon's time, ms. */
const MAX_AHEAD_MS = 10 * 60_000;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/**
 * Returns a sentence about the difference of the two clocks, as either may be wrong; null if it is small.
 * @param skew by how many ms this machine's clock is ahead of the daemon's; negative if it is behind
 */
export function clockWarning(skew: number): string | null {
  const off = Math.abs(skew);
  if (off <= TOLERATED_MS) return null;
  const [unit, ms] = UNITS.find(([, size]) => off >= 2 * size) ?? ['minute', 60_000];
  const count = Math.round(off / ms);
  return `this machine's clock is ${count} ${unit}${count === 1 ? '' : 's'} ${skew > 0 ? 'ahead of' : 'behind'} the daemon's`;
}

/**
 * Returns this machine's time, but at most 10 minutes after the daemon's, so that decisions of a machine whose clock is ahead do not
 * win for ever. ms since 1970 UTC. @param skew as in clockWarning
 */
export function boundedNow(now: number, skew: number): number {
  return Math.min(now, now - skew + MAX_AHEAD_MS);
}

/** Warns the person about a wrong clock, once. */
export class ClockNotice {
  readonly #tell: (text: string) => void;
  #told = false;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** Call after a login. @param skew as in clockWarning */
  check(skew: number): void {
    const warning = clockWarning(skew);
    if (warning === null || this.#told) return;
    this.#told = true;
    this.#tell(`${warning}; correct it: times look wrong, and keys of others may seem expired or stay in use too long`);
  }
}

/**
 * A machine whose clock is wrong takes good keys for expired ones: whoever says so to the person compares with the
 * daemon's time.
 */

/** Less than this is no wrong clock. ms. */
const TOLERATED_MS = 5 * 60_000;

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/**
 * Which of the two clocks is wrong nobody can say from here, so the sentence names both.
 * @param skew by how many ms this machine's clock is ahead of the daemon's; below zero: behind it
 * @returns null when they agree
 */
export function clockWarning(skew: number): string | null {
  const off = Math.abs(skew);
  if (off <= TOLERATED_MS) return null;
  const [unit, ms] = UNITS.find(([, size]) => off >= 2 * size) ?? ['minute', 60_000];
  const count = Math.round(off / ms);
  return `this machine's clock is ${count} ${unit}${count === 1 ? '' : 's'} ${skew > 0 ? 'ahead of' : 'behind'} the daemon's`;
}

/** Tells the person once: a clock does not get right by being told of again after each lost link. */
export class ClockNotice {
  readonly #tell: (text: string) => void;
  #told = false;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** @param skew as of clockWarning, after a login */
  check(skew: number): void {
    const warning = clockWarning(skew);
    if (warning === null || this.#told) return;
    this.#told = true;
    this.#tell(`${warning}; set it right: times look wrong, and keys of others seem expired or are used too long`);
  }
}

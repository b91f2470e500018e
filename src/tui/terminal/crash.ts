/** A mistake of the program itself: the terminal is given back, the reason goes to the log and never to the screen. */
import { appendFileSync } from 'node:fs';
import type { Clock } from '../../platform/clock.ts';
import { strings } from '../text/strings.ts';

export type CrashParts = {
  restore(): void;
  /** What was typed. */
  save(): Promise<void>;
  log: string | null;
  clock: Clock;
};

/** @returns what to call with whatever was thrown: it ends the program. What is thrown while it ends is not told */
export function crashing({ restore, save, log, clock }: CrashParts): (error: unknown) => void {
  let isCrashed = false;
  return (error) => {
    if (isCrashed) return;
    isCrashed = true;
    restore();
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (log !== null) appendFileSync(log, `${new Date(clock.now()).toISOString()} ${reason}\n`, { mode: 0o600 });
    process.stderr.write(`${strings.crash(log)}\n`);
    void save().finally(() => process.exit(1));
  };
}

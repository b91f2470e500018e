/** A bug of the program: the terminal is restored, and the reason goes to the log, never to the screen. */
import { appendFileSync } from 'node:fs';
import type { Clock } from '../../platform/clock.ts';
import { strings } from '../text/strings.ts';

export type CrashParts = {
  restore(): void;
  /** Saves drafts. */
  save(): Promise<void>;
  log: string | null;
  clock: Clock;
};

/** Returns a handler for uncaught errors that ends the program. Errors during the exit are ignored. */
export function crashHandler({ restore, save, log, clock }: CrashParts): (error: unknown) => void {
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

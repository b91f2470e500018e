/** The shell's job control: what Ctrl+Z does in a terminal that is not in raw mode. */
import { type Clock, sleep } from '../clock.ts';

/** Longer than the system takes to stop a process, or to deliver SIGCONT. ms. */
const MOMENT = 60;

/**
 * Suspends the process group until the shell's `fg`. Resolves with whether it was suspended: without a shell that could resume it (a
 * terminal's only program, the first process of a container) the system drops the signal.
 */
export async function suspendProcessGroup(clock: Clock): Promise<boolean> {
  const heard = process.listeners('SIGTSTP');
  // SIGTSTP stops the process only when nothing listens to it.
  process.removeAllListeners('SIGTSTP');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const continued = (): void => resolve(true);
  process.on('SIGCONT', continued);
  process.kill(0, 'SIGTSTP');
  // A suspended process runs no timers. After fg the first one is due at once, but the second, begun then, is not.
  void sleep(clock, MOMENT)
    .then(() => sleep(clock, MOMENT))
    .then(() => resolve(false));
  const was = await promise;
  process.off('SIGCONT', continued);
  for (const listener of heard) process.on('SIGTSTP', listener);
  return was;
}

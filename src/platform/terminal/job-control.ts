/** The shell's job control, as Ctrl+Z in a cooked terminal has it. */
import { type Clock, sleep } from '../clock.ts';

/** Longer than the system takes to stop a process, or to tell it that it goes on. ms. */
const MOMENT = 60;

/**
 * Stops the whole foreground group until fg. @returns whether it was stopped: where no shell is above that could let it go on
 * (a terminal's only program, the first one of a container) the system drops the signal
 */
export async function suspendProcessGroup(clock: Clock): Promise<boolean> {
  const heard = process.listeners('SIGTSTP');
  // A signal that is listened to stops nobody.
  process.removeAllListeners('SIGTSTP');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const continued = (): void => resolve(true);
  process.on('SIGCONT', continued);
  process.kill(0, 'SIGTSTP');
  // What is stopped runs no timers. After fg one that was begun before is due at once, but none that begins then.
  void sleep(clock, MOMENT)
    .then(() => sleep(clock, MOMENT))
    .then(() => resolve(false));
  const was = await promise;
  process.off('SIGCONT', continued);
  for (const listener of heard) process.on('SIGTSTP', listener);
  return was;
}

/** Signals of the system: to end, to stop, to go on. */
import { constants } from 'node:os';
import { listen } from './listener.ts';

const endings = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;

export type SignalHandlers = {
  /** `status` is 128 plus the signal's number, as a shell reports it. */
  leave(status: number): void;
  suspend(): void;
  redraw(): void;
};

/** Returns functions that remove the handlers. */
export function onSignals({ leave, suspend, redraw }: SignalHandlers): (() => void)[] {
  return [
    ...endings.map((signal) => listen(process, signal, () => leave(128 + constants.signals[signal]))),
    // Sent from outside, it means what Ctrl+Z does.
    listen(process, 'SIGTSTP', suspend),
    // Stopped from outside (kill -STOP) and continued: the shell has changed the modes.
    listen(process, 'SIGCONT', redraw),
  ];
}

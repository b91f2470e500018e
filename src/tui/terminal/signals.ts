/** What the system tells the screen by signals: to end, to stop, to go on. */
import { constants } from 'node:os';
import { listen } from './listener.ts';

const endings = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;

export type SignalHandlers = {
  /** The status is 128 and the signal's number, as a shell tells it. */
  leave(status: number): void;
  suspend(): void;
  redraw(): void;
};

/** @returns one function for each signal that ends to heed it */
export function onSignals({ leave, suspend, redraw }: SignalHandlers): (() => void)[] {
  return [
    ...endings.map((signal) => listen(process, signal, () => leave(128 + constants.signals[signal]))),
    // As Ctrl+Z, told from outside.
    listen(process, 'SIGTSTP', suspend),
    // Stopped from outside (kill -STOP) and gone on: the shell has changed the modes meanwhile.
    listen(process, 'SIGCONT', redraw),
  ];
}

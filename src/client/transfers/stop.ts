/** Stopping a transfer: an AbortSignal whose reason says what for. */
import { ClientError } from '../errors.ts';

/**
 * `drop`: what the daemon or the folder has of it is given up. `pause`, and any other reason: to be gone on with where it
 * stopped, by `resume` or by repeating it.
 */
export const stopReason = { pause: 'pause', drop: 'drop' } as const;

/** @throws ClientError 'cancelled' when it was stopped */
export function checkStop(signal: AbortSignal): void {
  if (signal.aborted) throw stopped(signal);
}

/** `doing`, or the stop if that is first. What is done goes on in the background and its outcome is dropped. */
export async function unlessStopped<T>(signal: AbortSignal, doing: Promise<T>): Promise<T> {
  let stop = () => {};
  const stopping = new Promise<never>((_, reject) => {
    stop = () => reject(stopped(signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([doing, stopping]);
  } finally {
    signal.removeEventListener('abort', stop);
    doing.catch(() => {});
    stopping.catch(() => {});
  }
}

function stopped({ reason }: AbortSignal): ClientError {
  if (reason === stopReason.drop) return new ClientError('cancelled', 'the transfer was cancelled');
  return new ClientError('cancelled', 'the transfer was stopped; repeat it to go on');
}

/** Stops a transfer by an AbortSignal, whose reason says whether it can be resumed. */
import { ClientError } from '../errors.ts';

/**
 * `drop`: gives the transfer up, and deletes what the daemon or the folder has of it. `pause`, or any other reason: `resume` or
 * repeating the call continues it where it stopped.
 */
export const stopReason = { pause: 'pause', drop: 'drop' } as const;

/** @throws ClientError 'cancelled' when it was stopped */
export function checkStop(signal: AbortSignal): void {
  if (signal.aborted) throw stopped(signal);
}

/** Settles as `doing`, or rejects when the signal aborts first; `doing` then goes on, and its outcome is ignored. */
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

/** The parts of the event loop that the scheduler uses. Tests replace them. */
import { sharedFlusher } from '../../protocol/link/flusher.ts';

export type EventLoop = {
  /** Runs `action` in the next turn of the loop, after socket I/O. */
  defer(action: () => void): unknown;
  /** Resolves after all promises that are ready have run. */
  settled(): Promise<void>;
  /** Makes links write what is queued before sockets are read again. */
  flush(): void;
};

export const eventLoop: EventLoop = {
  defer: setImmediate,
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
  flush: () => sharedFlusher.flush(),
};

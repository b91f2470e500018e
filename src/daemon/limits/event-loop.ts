/** How work in many small pieces yields to the event loop. Tests bring their own. */
import { sharedFlusher } from '../../protocol/link/flusher.ts';

export type EventLoop = {
  /** Runs `action` in the next turn of the loop, after sockets were read and written. */
  defer(action: () => void): unknown;
  /** Resolves once every promise that is ready has been handled. */
  settled(): Promise<void>;
  /** Has links write what they were given, before sockets are read again. */
  flush(): void;
};

export const eventLoop: EventLoop = {
  defer: setImmediate,
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
  flush: () => sharedFlusher.flush(),
};

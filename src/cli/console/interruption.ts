/**
 * SIGINT (Ctrl+C), SIGTERM and SIGHUP. The first signal aborts the work in progress, which then cleans up. A second signal, or a
 * first one without work in progress, ends the program at once.
 */
import { constants } from 'node:os';

/** How long interrupted work may take to clean up. */
const GRACE_MS = 3000;

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** The exit status: 128 plus the signal's number, as in a shell. */
  readonly status: number;

  constructor(signal: EndSignal) {
    super(`ended by ${signal}`);
    this.status = 128 + constants.signals[signal];
  }
}

export class Interruption {
  readonly #controller = new AbortController();
  #running = 0;
  #listener: (() => void) | null = null;

  /** Aborts with an Interrupted as its reason when a signal arrives. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Sends Ctrl+C to `listener` instead of ending the program, until the returned function is called. */
  on(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = null;
    };
  }

  /** Installs the signal handlers. */
  watch(process: NodeJS.Process): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (signal === 'SIGINT' && this.#listener !== null) return this.#listener();
        const interrupted = new Interrupted(signal);
        if (this.signal.aborted || this.#running === 0) process.exit(interrupted.status);
        this.#controller.abort(interrupted);
        setTimeout(() => process.exit(interrupted.status), GRACE_MS).unref();
      });
  }

  /** Resolves as `work` does. @throws Interrupted when a signal arrives first */
  async untilInterrupted<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const end = (): void => reject(this.signal.reason);
    if (this.signal.aborted) end();
    this.signal.addEventListener('abort', end, { once: true });
    // Abandoned work may still fail; without this its rejection would be unhandled.
    work.catch(() => {});
    this.#running += 1;
    try {
      return await Promise.race([promise, work]);
    } finally {
      this.#running -= 1;
      this.signal.removeEventListener('abort', end);
    }
  }
}

/** Ctrl+C and what a service manager sends: what is `during` ends in order; without any, or at a second signal, at once. */
import { constants } from 'node:os';

/** How long what was interrupted may take to end in order. */
const GRACE_MS = 3000;

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 and the signal's number, as a shell tells it. */
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

  /** Aborted, with Interrupted as its reason, when the person or the system wants the program to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Until the returned function is called, Ctrl+C ends nothing: it is the listener's. */
  on(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = null;
    };
  }

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

  /** `work`, unless the end comes first. @throws Interrupted */
  async untilInterrupted<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const end = (): void => reject(this.signal.reason);
    if (this.signal.aborted) end();
    this.signal.addEventListener('abort', end, { once: true });
    // What is given up may still fail; nobody is waiting for it.
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

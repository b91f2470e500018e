/** Typed calls to a worker thread. It answers them one by one in the order in which they were made, so that answers need no number. */
import { extname } from 'node:path';
import { parentPort, type ResourceLimits, Worker } from 'node:worker_threads';

/** What a thread can be asked: its functions, each with one parameter that can be cloned. `close` is the last one called. */
export type WorkerOperations = { close(params: null): null } & { [name: string]: (params: never) => unknown };

type Operation<O> = Exclude<keyof O & string, 'close'>;
type Params<F> = F extends (params: infer P) => unknown ? P : never;
type Result<F> = F extends (params: never) => infer R ? R : never;
type Call = { name: string; params: unknown };
/** `broken`: the message of what was thrown; no answer follows. */
type Answer = { result: unknown } | { broken: string };
type Waiting = { resolve: (result: never) => void; reject: (error: Error) => void };

/** For threads whose garbage is small and short-lived: V8's default young generation grows far beyond that. */
export const smallYoungGeneration = { maxYoungGenerationSizeMb: 6 } as const;

/**
 * Returns where the module `<name>-worker` lies: beside `importer`, an import.meta.url. It is a .ts file in src and a .js file in
 * dist, which is flat (scripts/build.mjs).
 */
export function workerUrl(name: string, importer: string): URL {
  return new URL(`./${name}-worker${extname(new URL(importer).pathname)}`, importer);
}

export type WorkerOptions = {
  /** What the thread is for, as it appears in errors: `the database`. */
  name: string;
  resourceLimits?: ResourceLimits;
  /** Makes the error of calls that a failed thread does not answer, from a sentence; a plain Error by default. */
  failure?: (sentence: string) => Error;
};

export class WorkerCalls<O extends WorkerOperations> {
  /** Resolves with a sentence when the thread fails for good before `close`. */
  readonly failed: Promise<string>;
  readonly #options: WorkerOptions;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #fail: (sentence: string) => void = () => {};
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  /** Starts the thread `url`. It keeps the process alive only while calls wait for their answers. */
  constructor(url: URL, options: WorkerOptions) {
    const { name, resourceLimits = {} } = options;
    this.#options = options;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    // Without the loaders of this thread; Node 24.7 warns that node:sqlite is experimental.
    this.#worker = new Worker(url, { execArgv: ['--disable-warning=ExperimentalWarning'], resourceLimits });
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      if ('broken' in answer) this.#end(answer.broken);
      else this.#answered(answer.result as never);
    });
    this.#worker.on('error', (error) => this.#end(`the thread of ${name} has failed: ${error.message}`));
    this.#worker.on('exit', () => this.#end(`the thread of ${name} has ended`));
  }

  /** @throws Error when the thread fails before its answer, has failed, or was closed */
  call<N extends Operation<O>>(name: N, params: Params<O[N]>): Promise<Result<O[N]>> {
    if (this.#closing !== null) return Promise.reject(new Error(`${this.#options.name} is closed`));
    return this.#ask(name, params);
  }

  /** Resolves when all calls are answered and the thread has closed what it holds and ended. Does nothing when it has failed. */
  close(): Promise<void> {
    this.#closing ??= this.#ask('close', null).then(
      async () => void (await this.#worker.terminate()),
      () => {},
    );
    return this.#closing;
  }

  #ask<T>(name: string, params: unknown): Promise<T> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      // First, as it throws for what cannot be cloned, and then no answer comes.
      this.#worker.postMessage({ name, params } satisfies Call);
      if (this.#waiting.length === 0) this.#worker.ref();
      this.#waiting.push({ resolve, reject });
    });
  }

  #answered(result: never): void {
    this.#waiting.shift()?.resolve(result);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #end(sentence: string): void {
    if (this.#failure !== null) return;
    const error = this.#options.failure?.(sentence) ?? new Error(sentence);
    this.#failure = error;
    this.#worker.unref();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    if (this.#closing === null) this.#fail(sentence);
  }
}

/**
 * In a thread of WorkerCalls: carries out its calls. What an operation throws is the end: the thread answers nothing more, and
 * stays alive so that what it holds open stays as it is. A failure that concerns one call alone is a result.
 */
export function answerCalls<O extends WorkerOperations>(operations: O): void {
  const port = parentPort;
  if (port === null) throw new Error('runs as a worker only');
  let isBroken = false;
  port.on('message', ({ name, params }: Call) => {
    if (isBroken) return;
    const operation = operations[name] as (params: unknown) => unknown;
    let answer: Answer;
    try {
      answer = { result: operation(params) };
    } catch (error) {
      isBroken = true;
      answer = { broken: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(answer);
  });
}

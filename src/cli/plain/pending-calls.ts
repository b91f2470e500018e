/** Counts the client's unanswered calls: at the end, line mode waits for them. */

import type { Client } from '../../client/api/client-api.ts';
import { ClientError } from '../../client/errors.ts';

/** Calls that take as long as the file; the next line does not wait for them. */
const long: ReadonlySet<string | symbol> = new Set(['upload', 'download', 'resume']);

export class PendingCalls {
  readonly #calls = new Set<Promise<unknown>>();
  readonly #long = new Set<Promise<unknown>>();
  #failed = 0;

  get size(): number {
    return this.#calls.size + this.#long.size;
  }

  /** Transfers that failed; cancelled ones do not count. */
  get failed(): number {
    return this.#failed;
  }

  /** Wraps the client so that its calls are counted until they are answered. */
  of(client: Client): Client {
    return new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]): unknown => {
          const result: unknown = Reflect.apply(member, target, values);
          if (result instanceof Promise) this.#add(long.has(name) ? this.#long : this.#calls, result);
          if (result instanceof Promise && long.has(name)) result.catch(this.#count);
          return result;
        };
      },
    });
  }

  /** Resolves when all short calls are answered, and the calls that their answers led to. */
  async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#calls);
      await new Promise<void>((done) => setImmediate(done));
    } while (this.#calls.size > 0);
  }

  readonly #count = (error: unknown): void => {
    if (!(error instanceof ClientError && error.code === 'cancelled')) this.#failed++;
  };

  #add(calls: Set<Promise<unknown>>, call: Promise<unknown>) {
    calls.add(call);
    const end = (): void => {
      calls.delete(call);
    };
    call.then(end, end);
  }
}

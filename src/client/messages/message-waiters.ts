/** Promises that wait for a message to be sent or delivered. */
import { Refusal } from '../../protocol/base/errors.ts';
import { ClientError } from '../errors.ts';
import type { Message } from '../types.ts';

type Waiter = { until: 'sent' | 'delivered'; done: (message: Message) => void; fail: (error: Error) => void };

export class MessageWaiters {
  readonly #waiting = new Map<string, Waiter[]>();
  #ended: ClientError | null = null;

  /** @throws ClientError when the message is refused for good, sending stops at it, or the client is closed */
  waitFor(id: string, until: 'sent' | 'delivered'): Promise<Message> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((done, fail) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), { until, done, fail }]);
    });
  }

  /** Ids of the messages that are waited for. */
  get ids(): string[] {
    return [...this.#waiting.keys()];
  }

  reached(message: Message): void {
    const waiting = this.#waiting.get(message.id) ?? [];
    const left = waiting.filter(({ until }) => message.state !== until && message.state !== 'delivered');
    for (const waiter of waiting) if (!left.includes(waiter)) waiter.done(message);
    if (left.length > 0) this.#waiting.set(message.id, left);
    else this.#waiting.delete(message.id);
  }

  failed(id: string, error: unknown, sentence: string): void {
    const failure = error instanceof ClientError ? error : new ClientError('refused', sentence);
    if (error instanceof Refusal) failure.cause = error;
    for (const { fail } of this.#waiting.get(id) ?? []) fail(failure);
    this.#waiting.delete(id);
  }

  /** The link is closed for good: all promises reject with `error`. */
  failAll(error: ClientError): void {
    for (const waiting of this.#waiting.values()) for (const { fail } of waiting) fail(error);
    this.#waiting.clear();
  }

  end(): void {
    this.#ended = new ClientError('unreachable', 'the client was closed; what was not sent stays in the outbox');
    this.failAll(this.#ended);
  }
}

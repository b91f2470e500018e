/** Requests and their answers, events and segments over ONE link. Ends with it; connection.ts goes on with the next. */
import { ProtocolError } from '../../protocol/errors.ts';
import { type Answer, decodeFromDaemon, type Event, encodeRequest, resultOf } from '../../protocol/messages.ts';
import type { RequestName, RequestParams, RequestResult } from '../../protocol/requests.ts';
import { ClientError } from './errors.ts';

export type LinkEnd = 'closed' | 'lost' | ProtocolError;

/** What is used of protocol/link.ts. */
export interface Wire {
  readonly cb: Uint8Array;
  readonly queuedBytes: number;
  onMessage: (message: Uint8Array) => void;
  onSegment: (transfer: number, index: number, bytes: Uint8Array) => void;
  onClose: (end: LinkEnd) => void;
  send(message: Uint8Array): void;
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
  drained(): Promise<void>;
  loggedIn(): void;
  close(): Promise<void>;
  destroy(): void;
}

export type SegmentHandler = (index: number, bytes: Uint8Array) => void;

type Waiting = { done: (answer: Answer) => void; fail: (error: Error) => void };

export class Calls {
  readonly link: Wire;
  onEnd: (end: LinkEnd) => void = () => {};
  #onEvent: ((event: Event) => void) | null = null;
  #held: Event[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #segments = new Map<number, SegmentHandler>();
  #next = 1;
  #end: LinkEnd | null = null;

  constructor(link: Wire) {
    this.link = link;
    link.onClose = (end) => this.#ended(end);
    link.onSegment = (transfer, index, bytes) => this.#segments.get(transfer)?.(index, bytes);
    link.onMessage = (message) => this.#take(message);
  }

  /** @throws Refusal when the daemon says no, ClientError 'unreachable' when the link ends first. */
  async request<N extends RequestName>(method: N, params: RequestParams<N>): Promise<RequestResult<N>> {
    if (this.#end !== null) throw lost(this.#end);
    const id = this.#next++;
    const answer = await new Promise<Answer>((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.link.send(encodeRequest(id, method, params));
    });
    return resultOf(method, answer);
  }

  /** Events go there from now on, and those that came while the login was still under way. */
  listen(handler: (event: Event) => void): void {
    this.#onEvent = handler;
    for (const event of this.#held.splice(0)) handler(event);
  }

  /** The returned function ends it. Segments of a transfer nobody handles are dropped. */
  onSegment(transfer: number, handler: SegmentHandler): () => void {
    this.#segments.set(transfer, handler);
    return () => this.#segments.delete(transfer);
  }

  #take(message: Uint8Array): void {
    let frame: ReturnType<typeof decodeFromDaemon>;
    try {
      frame = decodeFromDaemon(message);
    } catch (error) {
      // A daemon of this version never sends such a thing: nothing later on this link can be trusted to fit.
      this.link.destroy();
      this.#ended(error instanceof ProtocolError ? error : new ProtocolError('message', 'unreadable'));
      return;
    }
    if ('event' in frame) {
      if (this.#onEvent === null) this.#held.push(frame.event);
      else this.#onEvent(frame.event);
      return;
    }
    const waiting = this.#waiting.get(frame.answer.id);
    this.#waiting.delete(frame.answer.id);
    waiting?.done(frame.answer);
  }

  #ended(end: LinkEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    for (const waiting of this.#waiting.values()) waiting.fail(lost(end));
    this.#waiting.clear();
    this.#segments.clear();
    this.onEnd(end);
  }
}

export function lost(end: LinkEnd): ClientError {
  if (end === 'closed') return new ClientError('unreachable', 'the daemon closed the connection; try again later');
  if (end === 'lost') return new ClientError('unreachable', 'the connection was lost; try again');
  return new ClientError('unreachable', `the connection broke (${end.message}); try again`);
}

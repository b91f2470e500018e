/** Requests and their answers, events and segments over ONE link. Ends with it; connection.ts goes on with the next. */
import { equal } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { LinkEnd } from '../../protocol/link/link-inbox.ts';
import { type Answer, decodeFromDaemon, type Event, encodeRequest, resultOf } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import { HeldEvents } from './event-queue.ts';

/** What is used of protocol/link.ts. */
export interface MessageLink {
  readonly cb: Uint8Array;
  readonly queuedBytes: number;
  onMessage: (message: Uint8Array) => void;
  onSegment: (transfer: number, index: number, bytes: Uint8Array) => void;
  onBroadcast: (room: Uint8Array, message: Uint8Array) => void;
  onConfirmed: () => void;
  onClose: (end: LinkEnd) => void;
  send(message: Uint8Array): void;
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
  drained(): Promise<void>;
  loggedIn(): void;
  close(): Promise<void>;
  destroy(): void;
}

/** Who gives the link up when nothing comes over it any more. */
export interface LinkWatcher {
  /** A request has left. */
  asked(): void;
  ended(): void;
}

export type SegmentHandler = (index: number, bytes: Uint8Array) => void;

/** More than come to a room before the daemon vouches for it, about, in bytes. */
const MAX_EARLY = 16 * 2 ** 20;

type Waiting = { done: (answer: Answer) => void; fail: (error: Error) => void };

export class Calls {
  readonly link: MessageLink;
  onEnd: (end: LinkEnd) => void = () => {};
  /** heartbeat.ts, once it has begun. */
  watcher: LinkWatcher | null = null;
  #receivedCount = 0;
  #onEvent: ((event: Event) => void) | null = null;
  #onEarly: (event: Event) => void = () => {};
  readonly #held = new HeldEvents();
  /** What came to all of a room and is not vouched for yet. */
  readonly #early = new HeldEvents(MAX_EARLY);
  readonly #waiting = new Map<number, Waiting>();
  readonly #segments = new Map<number, SegmentHandler>();
  #next = 1;
  #end: LinkEnd | null = null;

  constructor(link: MessageLink) {
    this.link = link;
    link.onClose = (end) => this.#ended(end);
    link.onSegment = (transfer, index, bytes) => {
      this.#receivedCount++;
      this.#segments.get(transfer)?.(index, bytes);
    };
    link.onBroadcast = (room, message) => {
      this.#receivedCount++;
      this.#receiveEarly(room, message);
    };
    link.onConfirmed = () => {
      for (const event of this.#early.take()) this.#deliver(event);
    };
    link.onMessage = (message) => {
      this.#receivedCount++;
      this.#receive(message);
    };
  }

  /** How much has come so far: it grows with each sign of life. */
  get receivedCount(): number {
    return this.#receivedCount;
  }

  /** How the link ended; null while it has not. */
  get ended(): LinkEnd | null {
    return this.#end;
  }

  /** Requests that have no answer yet. */
  get unansweredCount(): number {
    return this.#waiting.size;
  }

  /** @throws Refusal when the daemon says no, ClientError 'unreachable' when the link ends first. */
  async request<N extends RequestName>(method: N, params: RequestParams<N>): Promise<RequestResult<N>> {
    if (this.#end !== null) throw lostError(this.#end);
    const id = this.#next++;
    const answer = await new Promise<Answer>((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.link.send(encodeRequest(id, method, params));
      this.watcher?.asked();
    });
    return resultOf(method, answer);
  }

  /**
   * Events go there from now on, and those that came while the login was still under way. `early` gets what came to all
   * of a room before `handler` does: nothing but the signature inside it is to be trusted until then.
   */
  listen(handler: (event: Event) => void, early: (event: Event) => void = () => {}): void {
    this.#onEvent = handler;
    this.#onEarly = early;
    for (const event of this.#held.take()) handler(event);
  }

  /** The returned function ends it. Segments of a transfer nobody handles are dropped. */
  onSegment(transfer: number, handler: SegmentHandler): () => void {
    this.#segments.set(transfer, handler);
    return () => this.#segments.delete(transfer);
  }

  #receive(message: Uint8Array): void {
    const frame = this.#decode(message);
    if (frame === null) return;
    if ('event' in frame) {
      this.#deliver(frame.event);
      return;
    }
    const waiting = this.#waiting.get(frame.answer.id);
    this.#waiting.delete(frame.answer.id);
    waiting?.done(frame.answer);
  }

  /** Only messages of the room that the record was sealed for go this way: all else could be an insider's word. */
  #receiveEarly(room: Uint8Array, message: Uint8Array): void {
    const frame = this.#decode(message);
    if (frame === null) return;
    const event = 'event' in frame ? frame.event : null;
    if (
      event?.method !== 'posted' ||
      event.params.entry.kind !== 'message' ||
      event.params.with !== null ||
      !equal(event.params.conversation, room)
    ) {
      this.#giveUp(new ProtocolError('message', 'not what may go to all of a room'));
      return;
    }
    if (this.#early.add(event)) this.#onEarly(event);
    else this.#giveUp(new ProtocolError('message', 'too much that nobody vouches for'));
  }

  #deliver(event: Event): void {
    if (this.#onEvent !== null) this.#onEvent(event);
    else if (!this.#held.add(event)) this.#giveUp(new ProtocolError('message', 'too many events before the login'));
  }

  /** null when the link was given up for it. */
  #decode(message: Uint8Array): ReturnType<typeof decodeFromDaemon> | null {
    try {
      return decodeFromDaemon(message);
    } catch (error) {
      this.#giveUp(error instanceof ProtocolError ? error : new ProtocolError('message', 'unreadable'));
      return null;
    }
  }

  /** A daemon of this version never sends such a thing: nothing later on this link can be trusted to fit. */
  #giveUp(error: ProtocolError): void {
    this.link.destroy();
    this.#ended(error);
  }

  #ended(end: LinkEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#early.take();
    for (const waiting of this.#waiting.values()) waiting.fail(lostError(end));
    this.#waiting.clear();
    this.#segments.clear();
    this.watcher?.ended();
    this.onEnd(end);
  }
}

/** For who waited for an answer: whether the daemon took the request is not known. */
function lostError(end: LinkEnd): ClientError {
  return new ClientError('unreachable', `${linkEndReason(end)}; try again${end === 'closed' ? ' later' : ''}`);
}

/** For who waits for the next link, which comes by itself. */
export function linkEndReason(end: LinkEnd): string {
  if (end === 'closed') return 'the server closed the connection';
  return end === 'lost' ? 'the connection was lost' : `the connection broke (${end.message})`;
}

/** Requests, answers, events and segments of one link. connection.ts continues on the next link. */
import { equal } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { LinkEnd } from '../../protocol/link/link-inbox.ts';
import { type Answer, decodeFromDaemon, type Event, encodeRequest, resultOf } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import { HeldEvents } from './event-queue.ts';

/** The part of a Link (protocol/link/link.ts) that is used. */
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

/** Watches a link, and ends it when nothing arrives any more: heartbeat.ts. */
export interface LinkWatcher {
  /** Called when a request is sent. */
  asked(): void;
  /** Called when the link ends. */
  ended(): void;
}

export type SegmentHandler = (index: number, bytes: Uint8Array) => void;

/** The most bytes of room messages, roughly, that wait for the daemon to confirm their place. */
const MAX_EARLY = 16 * 2 ** 20;

type Waiting = { done: (answer: Answer) => void; fail: (error: Error) => void };

export class Calls {
  readonly link: MessageLink;
  onEnd: (end: LinkEnd) => void = () => {};
  /** null until the heartbeat starts. */
  watcher: LinkWatcher | null = null;
  #receivedCount = 0;
  #onEvent: ((event: Event) => void) | null = null;
  #onEarly: (event: Event) => void = () => {};
  readonly #held = new HeldEvents();
  /** Broadcasts to a room whose place the daemon has not confirmed yet. */
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

  /** Number of messages and segments so far. */
  get receivedCount(): number {
    return this.#receivedCount;
  }

  /** How the link ended; null while it lasts. */
  get ended(): LinkEnd | null {
    return this.#end;
  }

  /** Number of requests without an answer. */
  get unansweredCount(): number {
    return this.#waiting.size;
  }

  /** Sends a request, and resolves with its answer. @throws Refusal when the daemon refuses it, ClientError 'unreachable' when the link ends first */
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
   * Passes the events to `handler` from now on, and those that came during the login.
   * @param early gets each broadcast to a room before the daemon confirms its place: only its signature may be trusted. `handler` gets
   *   it again later
   */
  listen(handler: (event: Event) => void, early: (event: Event) => void = () => {}): void {
    this.#onEvent = handler;
    this.#onEarly = early;
    for (const event of this.#held.take()) handler(event);
  }

  /** Passes the segments of a transfer to `handler`; segments without a handler are dropped. @returns a function that ends this */
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

  /** Accepts only messages of the room that the record was sealed for: any member of the room could have made the record. */
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
      this.#giveUp(new ProtocolError('message', 'a broadcast record must contain a message of its room'));
      return;
    }
    if (this.#early.add(event)) this.#onEarly(event);
    else this.#giveUp(new ProtocolError('message', 'too many broadcasts wait for their confirmation'));
  }

  #deliver(event: Event): void {
    if (this.#onEvent !== null) this.#onEvent(event);
    else if (!this.#held.add(event)) this.#giveUp(new ProtocolError('message', 'too many events before the login'));
  }

  /** Returns null for a malformed message, after ending the link. */
  #decode(message: Uint8Array): ReturnType<typeof decodeFromDaemon> | null {
    try {
      return decodeFromDaemon(message);
    } catch (error) {
      this.#giveUp(error instanceof ProtocolError ? error : new ProtocolError('message', 'unreadable'));
      return null;
    }
  }

  /** Ends the link after an error that a daemon of this version never makes: later messages may be wrong, too. */
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

/** Returns the error for a request without an answer: the daemon may have carried it out. */
function lostError(end: LinkEnd): ClientError {
  return new ClientError('unreachable', `${linkEndReason(end)}; try again${end === 'closed' ? ' later' : ''}`);
}

/** Returns a sentence that says how the link ended. */
export function linkEndReason(end: LinkEnd): string {
  if (end === 'closed') return 'the server closed the connection';
  return end === 'lost' ? 'the connection was lost' : `the connection broke (${end.message})`;
}

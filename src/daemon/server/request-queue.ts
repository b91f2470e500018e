/**
 * Handles the requests of one client.
 *
 * 1. Requests start in order of arrival, each when the fair scheduler runs it. Up to `requestsAtOnce` are in flight,
 *    fewer while many are in flight in all. An `exclusive` request waits for those before it and blocks those behind
 *    it.
 * 2. No request starts while the client does not read its answers, or while its budget is exceeded and others are at
 *    work.
 * 3. A file segment is scheduled too, and the link is not read until it is written.
 * 4. Waiting requests are kept as undecoded bytes. While many wait, or none may start, the link is not read: TCP holds
 *    the client back, and no request is refused for it.
 * 5. A Refusal is answered. A ProtocolError cuts the link. A StorageError is not answered: the daemon is about to end,
 *    and the client sends the request again. Any other error is a bug: it is logged with its stack and the session
 *    ends.
 */
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { decodeRequest, encodeRefusal, encodeResult, type Request } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams } from '../../protocol/wire/requests.ts';
import type { DaemonContext } from '../context.ts';
import { StorageError } from '../data/storage-error.ts';
import { byteCost, limitValues, workCosts } from '../limits/limits.ts';
import { logCrash, logProtocolError, logRefusal } from '../logging/failure-logging.ts';
import type { RequestRow, RequestTable } from '../requests/index.ts';
import type { Session } from '../sessions/session.ts';
import { type ChargedContext, chargedContextOf } from './charged-context.ts';
import { stateRefusal } from './state-refusal.ts';

export class RequestQueue {
  readonly #context: DaemonContext;
  readonly #session: Session;
  readonly #table: RequestTable;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Writes the newest segment. */
  #segment: (() => void) | null = null;
  /** The cost of that segment, until it is charged. */
  #segmentCost = 0;
  /** The next request, decoded, if it could not start yet. */
  #next: Request | null = null;
  #charged: ChargedContext;
  #inFlight = 0;
  #largeInFlight = 0;
  #exclusive = false;
  /** Whether the scheduler has a turn of this queue. */
  #turnRequested = false;
  #paused = false;
  /** Whether the link is paused. */
  #linkPaused = false;
  #finishing = false;
  #failed = false;
  #onIdle: () => void = () => {};

  constructor(context: DaemonContext, session: Session, table: RequestTable) {
    this.#context = context;
    this.#session = session;
    this.#table = table;
    this.#charged = chargedContextOf(context, session);
  }

  /** Takes one message of the link. Never throws. */
  take(message: Uint8Array): void {
    if (this.#session.ended || this.#finishing) return;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.#advance();
  }

  /** Takes one file segment of `size` bytes. `write` may throw a ProtocolError. */
  takeSegment(size: number, write: () => void): void {
    if (this.#session.ended || this.#finishing) return;
    this.#segment = write;
    this.#segmentCost = byteCost(size);
    this.#advance();
  }

  /** Stops taking requests. Resolves when those in flight are answered. */
  finish(): Promise<void> {
    this.#finishing = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#next = null;
    this.#segment = null;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#inFlight === 0) resolve();
    });
  }

  #advance(): void {
    if (!this.#session.ended && !this.#paused) this.#pauseIfNeeded();
    if (!this.#turnRequested && (this.#mayWrite() || this.#mayStart())) {
      this.#turnRequested = true;
      this.#context.limits.scheduler.schedule(this.#charged.budget, this.#turn, this.#takeSegmentCost());
    }
    this.#updateFlow();
  }

  #mayWrite(): boolean {
    return this.#segment !== null && !this.#session.ended && !this.#paused;
  }

  #mayStart(): boolean {
    if (this.#next === null && this.#waiting.length === 0) return false;
    if (this.#session.ended || this.#paused || this.#exclusive || !this.#hasRoom()) return false;
    return this.#next === null || !this.#mustWait(this.#next);
  }

  #hasRoom(): boolean {
    if (this.#inFlight < limitValues.requestsBesideMany) return true;
    return this.#inFlight < limitValues.requestsAtOnce && this.#context.limits.inFlight < limitValues.requestsOfAll;
  }

  /** Whether the request must wait for requests in flight. */
  #mustWait({ method }: Request): boolean {
    const { exclusive, largeAnswer } = this.#table[method];
    return (
      (exclusive === true && this.#inFlight > 0) ||
      (largeAnswer === true && this.#largeInFlight >= limitValues.largeAnswersAtOnce)
    );
  }

  readonly #turn = (): void => {
    this.#turnRequested = false;
    if ((this.#mayWrite() || this.#mayStart()) && !this.#pauseIfNeeded()) {
      if (this.#mayWrite()) this.#writeSegment();
      else this.#startNext();
    }
    this.#advance();
  };

  /** Returns the cost once for each segment. */
  #takeSegmentCost(): number {
    const cost = this.#segmentCost;
    this.#segmentCost = 0;
    return cost;
  }

  #writeSegment(): void {
    const write = this.#segment;
    this.#segment = null;
    // The scheduled turn belonged to a request, so the segment is not charged yet.
    this.#charged.budget.charge(this.#takeSegmentCost());
    try {
      write?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  #startNext(): void {
    const request = this.#next ?? this.#decodeNext();
    this.#next = null;
    if (request === null) return;
    if (this.#mustWait(request)) {
      this.#next = request;
      return;
    }
    const { exclusive = false, largeAnswer = false, notifiesAll = false } = this.#table[request.method];
    this.#exclusive = exclusive;
    const { budget } = this.#charged;
    this.#inFlight += 1;
    budget.inFlight += 1;
    this.#context.limits.inFlight += 1;
    if (largeAnswer) this.#largeInFlight += 1;
    const { sessions } = this.#context;
    budget.charge(workCosts.request + (notifiesAll ? workCosts.delivery * sessions.size : 0));
    void this.#execute(request).finally(() => {
      this.#inFlight -= 1;
      budget.inFlight -= 1;
      this.#context.limits.inFlight -= 1;
      if (largeAnswer) this.#largeInFlight -= 1;
      if (this.#inFlight === 0) this.#onIdle();
      if (exclusive) this.#exclusive = false;
      this.#advance();
    });
  }

  /** null when nothing waits, or when the message broke the protocol. */
  #decodeNext(): Request | null {
    const message = this.#waiting.shift();
    if (message === undefined) return null;
    this.#waitingBytes -= message.length;
    this.#charged.budget.charge(byteCost(message.length));
    try {
      return decodeRequest(message);
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  /** Pauses the queue when the client must read first or its budget is exceeded. @returns whether it is paused */
  #pauseIfNeeded(): boolean {
    const { link } = this.#session;
    if (link.queuedBytes > limitValues.pauseQueuedBytes) {
      this.#paused = true;
      link.drained().then(this.#resume, this.#resume);
      return true;
    }
    const { budget } = this.#charged;
    const wait = budget.waitMs();
    if (wait === 0) return false;
    if (this.#context.limits.scheduler.isAlone(budget)) {
      budget.clearDebt();
      return false;
    }
    this.#paused = true;
    this.#context.clock.after(wait, this.#resume);
    return true;
  }

  readonly #resume = (): void => {
    this.#paused = false;
    this.#advance();
  };

  /** Pauses the link while a segment or too much else waits; resumes it when half of that is done. */
  #updateFlow(): void {
    const { link, ended } = this.#session;
    const full = (share: number) =>
      this.#waiting.length >= limitValues.requestsWaiting * share ||
      this.#waitingBytes >= limitValues.waitingBytes * share;
    const mustWait = this.#paused || this.#segment !== null;
    if (!this.#linkPaused && !ended && (mustWait || full(1))) {
      this.#linkPaused = true;
      link.pause();
    } else if (this.#linkPaused && !mustWait && !full(0.5)) {
      this.#linkPaused = false;
      link.resume();
    }
  }

  async #execute(request: Request): Promise<void> {
    const session = this.#session;
    try {
      const answer = await this.#call(request);
      if (!session.ended) session.link.send(answer);
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(request, error);
      else this.#fail(error, request);
    }
  }

  async #call<N extends RequestName>(request: {
    id: number;
    method: N;
    params: RequestParams<N>;
  }): Promise<Uint8Array> {
    const { id, method, params } = request;
    const session = this.#session;
    const row: RequestRow<N> = this.#table[method];
    if (!row.allowed.includes(session.state)) throw stateRefusal(session.state);
    const result = await row.handler(this.#charged.context, session, params);
    // A login moves the charges from the address's budget to the person's.
    if (session.account !== null && this.#charged.name !== session.account.name)
      this.#charged = chargedContextOf(this.#context, session);
    const { clock } = this.#context;
    const before = clock.monotonic();
    const answer = encodeResult(method, id, result);
    this.#charged.budget.chargeMeasured(clock.monotonic() - before);
    this.#charged.budget.charge(byteCost(answer.length));
    return answer;
  }

  #refuse(request: Request, refusal: Refusal): void {
    const session = this.#session;
    logRefusal(this.#context, session, request.method, refusal);
    if (!session.ended) session.link.send(encodeRefusal(request.id, refusal));
  }

  #fail(error: unknown, request?: Request): void {
    const session = this.#session;
    if (error instanceof StorageError) return;
    // One log line a link is enough.
    if (this.#failed || (session.ended && error instanceof ProtocolError)) return;
    this.#failed = true;
    if (error instanceof ProtocolError) {
      logProtocolError(this.#context, session, error);
      session.cut();
      return;
    }
    logCrash(this.#context, session, { err: error, request: request?.method ?? null });
    if (request !== undefined) {
      this.#refuse(
        request,
        new Refusal('internal', 'the server failed on this request; its operator can find the reason in the log'),
      );
    }
    session.end('ended', 'the server failed on a request');
  }
}

/**
 * Carries out what one client asks.
 *
 * 1. Requests start in the order they came, each when fair-turns.ts gives it a turn. Up to `requestsAtOnce` are under way
 *    together, fewer while many of all clients are; those marked `alone` wait for the ones before and hold up the ones behind.
 * 2. Nothing starts while the client's own answers pile up unread, or above the budget of who pays while others are at work.
 * 3. A segment of a file takes a turn, too, and while it waits for one nothing more is read.
 * 4. What waits is bytes as they came. While much waits, or nothing may start, the link is not read: the client's system holds
 *    back what it sends, and no request is refused for it.
 * 5. An expected no is answered. Broken rules cut the link. What failing storage left undone is not answered at all: the
 *    daemon is about to end, and the client sends it again. Anything else is a bug: its stack is logged, the session ends, the
 *    daemon lives.
 */
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { decodeRequest, encodeRefusal, encodeResult, type Request } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams } from '../../protocol/wire/requests.ts';
import type { SharedContext } from '../context.ts';
import { StorageError } from '../data/storage-error.ts';
import { byteCost, costs, figures } from '../limits/limits.ts';
import { logBroken, logCrash, logRefused } from '../logging/refused-links.ts';
import type { Row, Table } from '../requests/index.ts';
import type { Session } from '../sessions/session.ts';
import { type RequestAccount, requestAccountOf } from './request-account.ts';

export class RequestQueue {
  readonly #base: SharedContext;
  readonly #session: Session;
  readonly #table: Table;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Writes the segment that came last. */
  #segment: (() => void) | null = null;
  /** What that segment costs, until it is charged. */
  #segmentCost = 0;
  /** The next request, decoded, when it could not start yet. */
  #next: Request | null = null;
  #paid: RequestAccount;
  #underWay = 0;
  #largeUnderWay = 0;
  #alone = false;
  /** A turn was asked for. */
  #inLine = false;
  #paused = false;
  /** The link is not read. */
  #held = false;
  #finishing = false;
  #failed = false;
  #onIdle: () => void = () => {};

  constructor(context: SharedContext, session: Session, table: Table) {
    this.#base = context;
    this.#session = session;
    this.#table = table;
    this.#paid = requestAccountOf(context, session);
  }

  /** Takes one message of the link. Never throws. */
  take(message: Uint8Array): void {
    if (this.#session.ended || this.#finishing) return;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.#goOn();
  }

  /** Takes one segment of a file, of `size` bytes, that came over the link beside the requests; `write` may throw a ProtocolError. */
  takeSegment(size: number, write: () => void): void {
    if (this.#session.ended || this.#finishing) return;
    this.#segment = write;
    this.#segmentCost = byteCost(size);
    this.#goOn();
  }

  /** Takes nothing more; resolves when what was taken is answered. */
  finish(): Promise<void> {
    this.#finishing = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#next = null;
    this.#segment = null;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#underWay === 0) resolve();
    });
  }

  #goOn(): void {
    if (!this.#session.ended && !this.#paused) this.#mustPause();
    if (!this.#inLine && (this.#mayWrite() || this.#mayStart())) {
      this.#inLine = true;
      this.#base.limits.turns.take(this.#paid.budget, this.#turn, this.#takeSegmentCost());
    }
    this.#steer();
  }

  #mayWrite(): boolean {
    return this.#segment !== null && !this.#session.ended && !this.#paused;
  }

  #mayStart(): boolean {
    if (this.#next === null && this.#waiting.length === 0) return false;
    if (this.#session.ended || this.#paused || this.#alone || !this.#hasRoom()) return false;
    return this.#next === null || !this.#mustWait(this.#next);
  }

  #hasRoom(): boolean {
    if (this.#underWay < figures.requestsBesideMany) return true;
    return this.#underWay < figures.requestsAtOnce && this.#base.limits.underWay < figures.requestsOfAll;
  }

  /** Whether it has to wait for requests that are under way. */
  #mustWait({ method }: Request): boolean {
    const { alone, large } = this.#table[method];
    return (
      (alone === true && this.#underWay > 0) || (large === true && this.#largeUnderWay >= figures.largeAnswersAtOnce)
    );
  }

  readonly #turn = (): void => {
    this.#inLine = false;
    if ((this.#mayWrite() || this.#mayStart()) && !this.#mustPause()) {
      if (this.#mayWrite()) this.#writeSegment();
      else this.#startNext();
    }
    this.#goOn();
  };

  /** Once for each segment, however often its turn is asked for. */
  #takeSegmentCost(): number {
    const cost = this.#segmentCost;
    this.#segmentCost = 0;
    return cost;
  }

  #writeSegment(): void {
    const write = this.#segment;
    this.#segment = null;
    // Not charged yet when the turn was asked for a request.
    this.#paid.budget.charge(this.#takeSegmentCost());
    try {
      write?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  #startNext(): void {
    const request = this.#next ?? this.#read();
    this.#next = null;
    if (request === null) return;
    if (this.#mustWait(request)) {
      this.#next = request;
      return;
    }
    const { alone = false, large = false, toAll = false } = this.#table[request.method];
    this.#alone = alone;
    const { budget } = this.#paid;
    this.#underWay += 1;
    budget.underWay += 1;
    this.#base.limits.underWay += 1;
    if (large) this.#largeUnderWay += 1;
    const { sessions } = this.#base;
    budget.charge(costs.request + (toAll ? costs.delivery * sessions.size : 0));
    void this.#carryOut(request).finally(() => {
      this.#underWay -= 1;
      budget.underWay -= 1;
      this.#base.limits.underWay -= 1;
      if (large) this.#largeUnderWay -= 1;
      if (this.#underWay === 0) this.#onIdle();
      if (alone) this.#alone = false;
      this.#goOn();
    });
  }

  /** null: nothing waits, or what waited cut the link. */
  #read(): Request | null {
    const message = this.#waiting.shift();
    if (message === undefined) return null;
    this.#waitingBytes -= message.length;
    this.#paid.budget.charge(byteCost(message.length));
    try {
      return decodeRequest(message);
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  /** Whether nothing may start until the client has read, or its budget allows it. */
  #mustPause(): boolean {
    const { link } = this.#session;
    if (link.queuedBytes > figures.pauseQueuedBytes) {
      this.#paused = true;
      link.drained().then(this.#resume, this.#resume);
      return true;
    }
    const { budget } = this.#paid;
    const wait = budget.wait();
    if (wait === 0) return false;
    if (this.#base.limits.turns.alone(budget)) {
      budget.forgive();
      return false;
    }
    this.#paused = true;
    this.#base.clock.after(wait, this.#resume);
    return true;
  }

  readonly #resume = (): void => {
    this.#paused = false;
    this.#goOn();
  };

  /** Pauses the link when a segment or too much else waits, and resumes it once half of that is gone. */
  #steer(): void {
    const { link, ended } = this.#session;
    const full = (share: number) =>
      this.#waiting.length >= figures.requestsWaiting * share || this.#waitingBytes >= figures.waitingBytes * share;
    const mustWait = this.#paused || this.#segment !== null;
    if (!this.#held && !ended && (mustWait || full(1))) {
      this.#held = true;
      link.pause();
    } else if (this.#held && !mustWait && !full(0.5)) {
      this.#held = false;
      link.resume();
    }
  }

  async #carryOut(request: Request): Promise<void> {
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
    const row: Row<N> = this.#table[method];
    if (!row.allowed.includes(session.state)) throw notAllowed(session);
    const result = await row.handler(this.#paid.context, session, params);
    // After a login the person's budget pays, no longer the address's.
    if (session.account !== null && this.#paid.who !== session.account.name)
      this.#paid = requestAccountOf(this.#base, session);
    const { clock } = this.#base;
    const before = clock.monotonic();
    const answer = encodeResult(method, id, result);
    this.#paid.budget.chargeMeasured(clock.monotonic() - before);
    this.#paid.budget.charge(byteCost(answer.length));
    return answer;
  }

  #refuse(request: Request, refusal: Refusal): void {
    const session = this.#session;
    logRefused(this.#base, session, request.method, refusal);
    if (!session.ended) session.link.send(encodeRefusal(request.id, refusal));
  }

  #fail(error: unknown, request?: Request): void {
    const session = this.#session;
    if (error instanceof StorageError) return;
    // One line a link: what else was under way says nothing new.
    if (this.#failed || (session.ended && error instanceof ProtocolError)) return;
    this.#failed = true;
    if (error instanceof ProtocolError) {
      logBroken(this.#base, session, error);
      session.cut();
      return;
    }
    logCrash(this.#base, session, { err: error, request: request?.method ?? null });
    if (request !== undefined) {
      this.#refuse(
        request,
        new Refusal('internal', 'the server failed here; its operator finds the reason in the log'),
      );
    }
    session.end('ended', 'the server failed on a request');
  }
}

function notAllowed(session: Session): Refusal {
  switch (session.state) {
    case 'anonymous':
      return new Refusal('login-refused', 'log in first');
    case 'must-renew':
      return new Refusal('must-renew', 'this account has no keys yet; renew it first');
    case 'needs-vault':
      return new Refusal('needs-vault', 'store the vault first');
    case 'by-key':
      return new Refusal('needs-password', 'log in with the password for this');
    case 'by-password':
      return new Refusal('bad-request', 'this session is logged in; open another link');
  }
}

/**
 * Carries out what one client asks.
 *
 * 1. Requests start in the order they came. Up to `requestsAtOnce` are under way together; those marked `alone` wait for the
 *    ones before and hold up the ones behind.
 * 2. Nothing starts while the client's own answers pile up unread, or faster than its rate: it waits.
 * 3. What does not fit into the waiting line is answered `rate-limited`.
 * 4. An expected no is answered. Broken rules cut the link. What failing storage left undone is not answered at all: the
 *    daemon is about to end, and the client sends it again. Anything else is a bug: its stack is logged, the session ends, the
 *    daemon lives.
 */
import { ProtocolError, Refusal } from '../protocol/errors.ts';
import { decodeRequest, encodeRefusal, encodeResult, type Request } from '../protocol/messages.ts';
import type { RequestName, RequestParams } from '../protocol/requests.ts';
import type { Context } from './context.ts';
import { addressKey, figures } from './limits.ts';
import { logBroken } from './refused-links.ts';
import type { Row, Table } from './requests/index.ts';
import type { Session } from './session.ts';
import { StorageError } from './storage-error.ts';

/** How often a client may overrun the waiting line before its link is cut. */
const MAX_OVERRUNS = 1_024;

export class RequestQueue {
  readonly #context: Context;
  readonly #session: Session;
  readonly #table: Table;
  readonly #waiting: Request[] = [];
  #underWay = 0;
  #alone = false;
  #paused = false;
  #overruns = 0;
  #finishing = false;
  #failed = false;
  #onIdle: () => void = () => {};

  constructor(context: Context, session: Session, table: Table) {
    this.#context = context;
    this.#session = session;
    this.#table = table;
  }

  /** Takes one message of the link. Never throws. */
  take(message: Uint8Array): void {
    if (this.#session.ended || this.#finishing) return;
    let request: Request;
    try {
      request = decodeRequest(message);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#waiting.length >= figures.requestsWaiting) {
      this.#overruns += 1;
      if (this.#overruns > MAX_OVERRUNS) this.#fail(new ProtocolError('message', 'far too many requests'));
      else this.#refuse(request, new Refusal('rate-limited', 'too many requests at once; wait for answers'));
      return;
    }
    this.#waiting.push(request);
    this.#next();
  }

  /** Takes nothing more; resolves when what was taken is answered. */
  finish(): Promise<void> {
    this.#finishing = true;
    this.#waiting.length = 0;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#underWay === 0) resolve();
    });
  }

  #next(): void {
    while (!this.#session.ended && !this.#paused && !this.#alone && this.#underWay < figures.requestsAtOnce) {
      const request = this.#waiting[0];
      if (request === undefined) return;
      const alone = this.#table[request.method].alone === true;
      if (alone && this.#underWay > 0) return;
      if (this.#mustPause()) return;
      this.#waiting.shift();
      this.#alone = alone;
      this.#underWay += 1;
      void this.#carryOut(request).finally(() => {
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#onIdle();
        if (alone) this.#alone = false;
        this.#next();
      });
    }
  }

  /** Whether the next request has to wait for the client to read, or for its rate. */
  #mustPause(): boolean {
    const { link, account, address } = this.#session;
    if (link.queuedBytes > figures.pauseQueuedBytes) {
      this.#paused = true;
      link.drained().then(this.#resume, this.#resume);
      return true;
    }
    const { limits, clock } = this.#context;
    const wait =
      account === null
        ? limits.requestsBeforeLogin.takeOrWait(addressKey(address))
        : limits.requests.takeOrWait(account.name);
    if (wait === 0) return false;
    this.#paused = true;
    clock.after(wait, this.#resume);
    return true;
  }

  #resume = (): void => {
    this.#paused = false;
    this.#next();
  };

  async #carryOut(request: Request): Promise<void> {
    const session = this.#session;
    try {
      const answer = await call(this.#table, this.#context, session, request);
      if (!session.ended) session.link.send(answer);
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(request, error);
      else this.#fail(error, request);
    }
  }

  #refuse(request: Request, refusal: Refusal): void {
    const session = this.#session;
    session.log.debug({ evt: 'refused', request: request.method, code: refusal.code }, 'refused');
    if (!session.ended) session.link.send(encodeRefusal(request.id, refusal));
  }

  #fail(error: unknown, request?: Request): void {
    const session = this.#session;
    if (error instanceof StorageError) return;
    // One line a link: what else was under way says nothing new.
    if (this.#failed || (session.ended && error instanceof ProtocolError)) return;
    this.#failed = true;
    if (error instanceof ProtocolError) {
      logBroken(this.#context, session, error);
      session.cut();
      return;
    }
    session.log.error(
      { evt: 'sys_crash', err: error, request: request?.method ?? null },
      'a bug: this session is closed',
    );
    if (request !== undefined) {
      this.#refuse(
        request,
        new Refusal('internal', 'the server failed here; its operator finds the reason in the log'),
      );
    }
    session.end('ended', 'the server failed on a request');
  }
}

async function call<N extends RequestName>(
  table: Table,
  context: Context,
  session: Session,
  { id, method, params }: { id: number; method: N; params: RequestParams<N> },
): Promise<Uint8Array> {
  const row: Row<N> = table[method];
  if (!row.allowed.includes(session.state)) throw notAllowed(session);
  return encodeResult(method, id, await row.handler(context, session, params));
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

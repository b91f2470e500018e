/**
 * Folder `connection`: the link that comes back by itself, and calls over it; it knows no account data and no conversations.
 * The link to the daemon as the rest of the client sees it: one that comes back by itself.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { LinkEnd } from '../../protocol/link/link-inbox.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams, RequestResult, Welcome } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import type { LinkState } from '../types.ts';
import { type Calls, linkEndReason, type MessageLink, type SegmentHandler } from './calls.ts';
import { HeldEvents } from './event-queue.ts';
import { isWorthRetry, retryWaitMs } from './retry.ts';

/** Between two looks whether the right key is back. */
const CHANGED_KEY_RETRY_MS = 60_000;

/** A link that is logged in. */
export type LoggedInLink = { calls: Calls; welcome: Welcome };

export type ConnectionOptions = {
  first: LoggedInLink;
  /** Dials and logs in again without asking anybody; an abort ends the link that it is on. */
  reconnect: (signal: AbortSignal) => Promise<LoggedInLink>;
  clock: Clock;
  random: Random;
};

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #eventListeners = new Set<(event: Event) => void>();
  readonly #earlyListeners = new Set<(event: Event) => void>();
  readonly #onlineListeners = new Set<(welcome: Welcome) => void>();
  readonly #stateListeners = new Set<(state: LinkState) => void>();
  readonly #waiting = new Set<{ go: () => void; fail: (error: Error) => void }>();
  /** What comes before anybody listens; null after that. What there is no room for is fetched like what came without a link. */
  #held: HeldEvents | null = new HeldEvents();
  #calls: Calls | null = null;
  #state: LinkState = { state: 'connecting' };
  #welcome: Welcome;
  #clockSkew = 0;
  #failures = 0;
  /** close() was called: nothing comes after it. */
  #ended = false;
  /** Why there is no link and none is to be waited for; null while there is one, or the next is on its way. */
  #closedReason: string | null = null;
  /** What the daemon said when it ended this session. */
  #sessionEndMessage: string | null = null;
  #cancelRetry: () => void = () => {};
  /** Comes back now. Once it is aborted nobody cares what becomes of it. */
  #attempt: AbortController | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#welcome = options.first.welcome;
    this.#use(options.first);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** What the newest login was answered with. */
  get welcome(): Welcome {
    return this.#welcome;
  }

  /** By how many ms this machine's clock was ahead of the daemon's at the newest login; below zero: behind it. */
  get clockSkew(): number {
    return this.#clockSkew;
  }

  get link(): MessageLink | null {
    return this.#calls?.link ?? null;
  }

  /**
   * @param options.wait while there is no link: wait for the next one instead of failing. A link that ends after the request
   *   left fails it either way: whether the daemon took it is not known.
   * @throws Refusal, ClientError 'unreachable'
   */
  async request<N extends RequestName>(
    method: N,
    params: RequestParams<N>,
    options: { wait?: boolean } = {},
  ): Promise<RequestResult<N>> {
    if (options.wait === true) await this.online();
    if (this.#calls === null) throw this.#offlineError();
    return this.#calls.request(method, params);
  }

  /** The returned function ends it, here and below. Events that came before the first listener are given to it. */
  onEvent(listener: (event: Event) => void): () => void {
    this.#eventListeners.add(listener);
    const held = this.#held;
    this.#held = null;
    for (const event of held?.take() ?? []) listener(event);
    return () => this.#eventListeners.delete(listener);
  }

  /**
   * What came to all of a room, at once: it comes again as an event, the same object, when the daemon has vouched for it. When
   * the link ends before that, it never came.
   */
  onEarly(listener: (event: Event) => void): () => void {
    this.#earlyListeners.add(listener);
    return () => this.#earlyListeners.delete(listener);
  }

  /** After each login that follows a lost link. */
  onOnline(listener: (welcome: Welcome) => void): () => void {
    this.#onlineListeners.add(listener);
    return () => this.#onlineListeners.delete(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Holds for the present link; a transfer is opened again on the next one. */
  onSegment(transfer: number, handler: SegmentHandler): () => void {
    return this.#calls?.onSegment(transfer, handler) ?? (() => {});
  }

  /** Tries at once instead of at the end of the wait, and anew where an attempt under way has found no answer yet. */
  retryNow(): void {
    if (this.#state.state !== 'waiting' && this.#state.state !== 'connecting') return;
    this.#cancelRetry();
    void this.#retry();
  }

  /** Says goodbye; nothing reconnects after it. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelRetry();
    this.#attempt?.abort();
    const calls = this.#calls;
    this.#calls = null;
    if (this.#closedReason === null) {
      this.#closedReason = 'closed';
      this.#setState({ state: 'closed', reason: 'closed' });
    }
    this.#failWaiting();
    await calls?.link.close();
  }

  #use({ calls, welcome }: LoggedInLink): void {
    this.#calls = calls;
    this.#welcome = welcome;
    this.#clockSkew = this.#options.clock.now() - welcome.at;
    this.#failures = 0;
    this.#closedReason = null;
    this.#sessionEndMessage = null;
    calls.onEnd = (end) => this.#linkEnded(calls, end);
    calls.listen(
      (event) => this.#deliver(event),
      (event) => {
        for (const listener of this.#earlyListeners) listener(event);
      },
    );
    // At the end of a login something is stored: the link may have ended meanwhile, and then nobody was told.
    if (calls.ended !== null) {
      this.#linkEnded(calls, calls.ended);
      return;
    }
    this.#setState({ state: 'online' });
    for (const waiting of this.#waiting) waiting.go();
    this.#waiting.clear();
  }

  #linkEnded(calls: Calls, end: LinkEnd): void {
    if (this.#calls !== calls || this.#ended) return;
    this.#calls = null;
    this.#retryLater(linkEndReason(end));
  }

  #deliver(event: Event): void {
    if (event.method === 'closing' && event.params.reason === 'ended') this.#sessionEndMessage = event.params.message;
    this.#held?.add(event);
    for (const listener of this.#eventListeners) listener(event);
  }

  #retryLater(reason: string): void {
    const { clock, random } = this.#options;
    const wait = retryWaitMs(this.#failures++, random);
    this.#setState({ state: 'waiting', retryAt: clock.now() + wait, reason });
    this.#cancelRetry = clock.after(wait, () => void this.#retry());
  }

  /** The key is checked each time, so that trying again is safe; the person is told of success alone. */
  #retrySilently(): void {
    this.#cancelRetry = this.#options.clock.after(CHANGED_KEY_RETRY_MS, () => void this.#retry());
  }

  async #retry(): Promise<void> {
    this.#attempt?.abort();
    const attempt = new AbortController();
    const { signal } = attempt;
    this.#attempt = attempt;
    if (this.#closedReason === null) this.#setState({ state: 'connecting' });
    const next = await this.#options.reconnect(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#attemptFailed(error);
      return null;
    });
    if (next === null) return;
    if (signal.aborted) {
      next.calls.link.destroy();
      return;
    }
    this.#attempt = null;
    this.#use(next);
    if (this.#calls === null) return;
    for (const listener of this.#onlineListeners) listener(next.welcome);
  }

  #attemptFailed(error: unknown): void {
    const isSilent = this.#closedReason !== null;
    if (isSilent && (isWorthRetry(error) || isChangedKey(error))) this.#retrySilently();
    else if (isWorthRetry(error)) this.#retryLater(error.message);
    else this.#giveUp(error);
  }

  #giveUp(error: unknown): void {
    const code = error instanceof ClientError ? error.code : 'refused';
    const message = error instanceof Error ? error.message : String(error);
    this.#closedReason =
      code === 'login-refused' && this.#sessionEndMessage !== null ? signedOutReason(this.#sessionEndMessage) : message;
    this.#setState({ state: 'closed', reason: this.#closedReason, code });
    this.#failWaiting();
    if (isChangedKey(error)) this.#retrySilently();
  }

  /** Resolves when there is a link, at once while there is one. @throws ClientError 'unreachable' when none is to be waited for */
  online(): Promise<void> {
    if (this.#calls !== null) return Promise.resolve();
    if (this.#closedReason !== null) return Promise.reject(this.#offlineError());
    return new Promise((go, fail) => {
      this.#waiting.add({ go, fail });
    });
  }

  #offlineError(): ClientError {
    return new ClientError('unreachable', this.#closedReason ?? 'not connected; try again when the link is back');
  }

  #failWaiting(): void {
    for (const waiting of this.#waiting) waiting.fail(this.#offlineError());
    this.#waiting.clear();
  }

  #setState(state: LinkState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

function isChangedKey(error: unknown): boolean {
  return error instanceof ClientError && error.code === 'key-changed';
}

/** Why this device may not come back by itself, and what to do. The daemon's own advice is for other programs, too. */
function signedOutReason(message: string): string {
  return `${message.replace(/; log in again$/, '')}; start again, the password is needed`;
}

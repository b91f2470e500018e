/**
 * Folder `connection`: the link that reconnects by itself, and calls over it; it knows no account data and no conversations.
 * Reconnects after a lost link, and hides from the other parts which link is in use.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { LinkEnd } from '../../protocol/link/link-inbox.ts';
import type { Event } from '../../protocol/wire/codec.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { RequestName, RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import type { LinkState } from '../types.ts';
import { type Calls, linkEndReason, type MessageLink, type SegmentHandler } from './calls.ts';
import { HeldEvents } from './event-queue.ts';
import { isWorthRetry, retryWaitMs } from './retry.ts';

/** Time between two attempts after the daemon showed a changed key. */
const CHANGED_KEY_RETRY_MS = 60_000;

/** A link that is logged in. */
export type LoggedInLink = { calls: Calls; welcome: Welcome };

export type ConnectionOptions = {
  first: LoggedInLink;
  /** Connects and logs in again without asking the person. An abort ends the new link. */
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
  /** Events before the first listener; then null. Events that do not fit are dropped, and their entries are fetched later. */
  #held: HeldEvents | null = new HeldEvents();
  #calls: Calls | null = null;
  #state: LinkState = { state: 'connecting' };
  #welcome: Welcome;
  #clockSkew = 0;
  #failures = 0;
  /** `close` was called. */
  #ended = false;
  /** Why the connection is closed; null while there is a link, or another attempt will follow. */
  #closedReason: string | null = null;
  /** What the daemon said when it ended this session. */
  #sessionEnd: EventParams<'closing'> | null = null;
  #cancelRetry: () => void = () => {};
  /** The attempt to reconnect that is running. The result of an aborted one is ignored. */
  #attempt: AbortController | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#welcome = options.first.welcome;
    this.#use(options.first);
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The daemon's answer to the newest login. */
  get welcome(): Welcome {
    return this.#welcome;
  }

  /** By how many ms this machine's clock was ahead of the daemon's at the newest login; negative if it was behind. */
  get clockSkew(): number {
    return this.#clockSkew;
  }

  /** The current link; null while there is none. */
  get link(): MessageLink | null {
    return this.#calls?.link ?? null;
  }

  /**
   * Sends a request, and resolves with its answer.
   * @param options.wait without a link, waits for the next one instead of failing
   * @throws Refusal when the daemon refuses it; ClientError 'unreachable' without a link, or when the link ends before the answer (the
   *   daemon may have carried it out)
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

  /** Calls `listener` for each event. The first listener also gets the events from before. @returns a function that ends this */
  onEvent(listener: (event: Event) => void): () => void {
    this.#eventListeners.add(listener);
    const held = this.#held;
    this.#held = null;
    for (const event of held?.take() ?? []) listener(event);
    return () => this.#eventListeners.delete(listener);
  }

  /**
   * Calls `listener` for each broadcast to a room as soon as it arrives. When the daemon has confirmed its place, `onEvent` gets the same
   * object. If the link ends before, the broadcast counts as never received. @returns a function that ends this
   */
  onEarly(listener: (event: Event) => void): () => void {
    this.#earlyListeners.add(listener);
    return () => this.#earlyListeners.delete(listener);
  }

  /** Calls `listener` after each login that follows a lost link. @returns a function that ends this */
  onOnline(listener: (welcome: Welcome) => void): () => void {
    this.#onlineListeners.add(listener);
    return () => this.#onlineListeners.delete(listener);
  }

  /** Calls `listener` at each change of the state. @returns a function that ends this */
  onState(listener: (state: LinkState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Passes the segments of a transfer on the current link to `handler`. @returns a function that ends this */
  onSegment(transfer: number, handler: SegmentHandler): () => void {
    return this.#calls?.onSegment(transfer, handler) ?? (() => {});
  }

  /** Reconnects now; replaces an attempt that is still running. Does nothing while online or closed. */
  retryNow(): void {
    if (this.#state.state !== 'waiting' && this.#state.state !== 'connecting') return;
    this.#cancelRetry();
    void this.#retry();
  }

  /** Cuts the link and logs in again, as after a lost link: this account was changed by another device. Does nothing while offline. */
  logInAgain(): void {
    this.#calls?.link.destroy();
  }

  /** Call after this client closed the account: closes the link, and stops reconnecting. */
  async accountClosed(): Promise<void> {
    const calls = this.#calls;
    this.#calls = null;
    this.#cancelRetry();
    this.#attempt?.abort();
    if (this.#closedReason === null) this.#giveUp(accountClosedError());
    await calls?.link.close();
  }

  /** Closes the link with a goodbye, and stops reconnecting. */
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
    this.#sessionEnd = null;
    calls.onEnd = (end) => this.#linkEnded(calls, end);
    calls.listen(
      (event) => this.#deliver(event),
      (event) => {
        for (const listener of this.#earlyListeners) listener(event);
      },
    );
    // The link may have ended while the login stored its result, before `onEnd` was set.
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
    if (this.#sessionEnd?.reason === 'closed') this.#giveUp(accountClosedError());
    else this.#retryLater(linkEndReason(end));
  }

  #deliver(event: Event): void {
    if (event.method === 'closing' && (event.params.reason === 'ended' || event.params.reason === 'closed'))
      this.#sessionEnd = event.params;
    this.#held?.add(event);
    for (const listener of this.#eventListeners) listener(event);
  }

  #retryLater(reason: string): void {
    const { clock, random } = this.#options;
    const wait = retryWaitMs(this.#failures++, random);
    this.#setState({ state: 'waiting', retryAt: clock.now() + wait, reason });
    this.#cancelRetry = clock.after(wait, () => void this.#retry());
  }

  /** Tries again without a change of the state until it succeeds. This is safe, because each attempt checks the key. */
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
      code === 'login-refused' && this.#sessionEnd !== null ? loggedOutReason(this.#sessionEnd.message) : message;
    this.#setState({ state: 'closed', reason: this.#closedReason, code });
    this.#failWaiting();
    if (isChangedKey(error)) this.#retrySilently();
  }

  /** Resolves when there is a link. @throws ClientError 'unreachable' when the connection is closed */
  online(): Promise<void> {
    if (this.#calls !== null) return Promise.resolve();
    if (this.#closedReason !== null) return Promise.reject(this.#offlineError());
    return new Promise((go, fail) => {
      this.#waiting.add({ go, fail });
    });
  }

  #offlineError(): ClientError {
    return new ClientError('unreachable', this.#closedReason ?? 'not connected; try again when the connection is back');
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

function accountClosedError(): ClientError {
  return new ClientError('account-closed', 'the account was closed');
}

function isChangedKey(error: unknown): boolean {
  return error instanceof ClientError && error.code === 'key-changed';
}

/** Returns why this device was logged out, with this program's advice in place of the daemon's. */
function loggedOutReason(message: string): string {
  return `${message.replace(/; log in (again|with the password)$/, '')}; start again and log in with the password`;
}

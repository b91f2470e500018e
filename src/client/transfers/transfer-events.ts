/** What transfers use of the connection, and the daemon's events about them. */
import type { Event } from '../../protocol/wire/codec.ts';
import type { RequestName, RequestParams, RequestResult } from '../../protocol/wire/requests.ts';
import { ClientError } from '../errors.ts';
import type { LinkState } from '../types.ts';

export interface TransferLink {
  readonly queuedBytes: number;
  drained(): Promise<void>;
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
}

/** The part of a Connection that is used. */
export interface TransferConnection {
  readonly state: LinkState;
  readonly link: TransferLink | null;
  request<N extends RequestName>(
    method: N,
    params: RequestParams<N>,
    options?: { wait?: boolean },
  ): Promise<RequestResult<N>>;
  onSegment(transfer: number, handler: (index: number, bytes: Uint8Array) => void): () => void;
  onEvent(listener: (event: Event) => void): () => void;
  onState(listener: (state: LinkState) => void): () => void;
}

/** What the daemon has said about one transfer. */
export type DaemonReport = { upTo: number; window: number; failed: ClientError | null };

/** Reports that are kept: more than the transfers that a daemon allows at once. */
const MAX_REPORTS = 64;

/**
 * The daemon's events about transfers. Listens before a transfer is opened: an event may come together with the answer. A transfer's
 * number is valid on one link only; `links` counts the lost links.
 */
export class TransferEvents {
  readonly connection: TransferConnection;
  links = 0;
  readonly #transfers = new Map<number, DaemonReport>();
  #waiting: (() => void)[] = [];
  readonly #stop: (() => void)[];

  constructor(connection: TransferConnection) {
    this.connection = connection;
    this.#stop = [
      connection.onEvent((event) => this.#handle(event)),
      connection.onState((state) => this.#linkChanged(state)),
    ];
  }

  of(transfer: number): DaemonReport {
    const known = this.#transfers.get(transfer) ?? { upTo: 0, window: 0, failed: null };
    // Moves it to the end: the least recently used one is the first.
    this.#transfers.delete(transfer);
    this.#transfers.set(transfer, known);
    const [oldest] = this.#transfers.keys();
    if (oldest !== undefined && this.#transfers.size > MAX_REPORTS) this.#transfers.delete(oldest);
    return known;
  }

  /** Resolves at the next event of any transfer, and at `wake`. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The link on which `links` was read. @throws LinkLost when it is lost */
  check(links: number): TransferLink {
    const { link } = this.connection;
    if (links !== this.links || link === null) throw new LinkLost();
    return link;
  }

  stop(): void {
    for (const stop of this.#stop) stop();
    this.wake();
  }

  #handle(event: Event): void {
    if (event.method === 'stored') {
      const report = this.of(event.params.transfer);
      report.upTo = Math.max(report.upTo, event.params.upTo);
      report.window = Math.max(report.window, event.params.window);
    } else if (event.method === 'transfer-failed') {
      this.of(event.params.transfer).failed = new ClientError('refused', event.params.message);
    } else return;
    this.wake();
  }

  #linkChanged(state: LinkState): void {
    if (state.state !== 'online') {
      this.links += 1;
      this.#transfers.clear();
    }
    this.wake();
  }
}

/** The transfer continues on the next link. */
export class LinkLost extends Error {
  override readonly name = 'LinkLost';
}

/**
 * Runs `attempt` again after each lost link, until it succeeds or fails for another reason.
 * @throws ClientError 'unreachable' when the connection was closed for good
 */
export async function retryOnNextLink<T>(events: TransferEvents, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const lost = error instanceof LinkLost || (error instanceof ClientError && error.code === 'unreachable');
      if (!lost) throw error;
      if (events.connection.state.state === 'closed') {
        throw new ClientError('unreachable', 'the connection was closed; repeat it to go on');
      }
    }
  }
}

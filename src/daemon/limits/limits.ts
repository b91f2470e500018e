/**
 * Folder `limits`: rate limits, work budgets and the scheduler that protect clients from each other; it knows no
 * sockets, requests or rooms. `--help` and the documents print these numbers.
 */

import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { type Budget, Budgets } from './budgets.ts';
import { FairScheduler } from './fair-scheduler.ts';
import { LoginGuard } from './login-guard.ts';
import { type Rate, TokenBuckets } from './token-buckets.ts';

export const limitValues = {
  /** Descriptors reserved for the daemon: database, threads, log and its own files. */
  descriptorsKept: 128,
  /** Most connections in the handshake, and most before login. Fewer when descriptors are scarce. */
  halfOpen: 512,
  beforeLogin: 512,
  /** Most sessions of one account. */
  linksPerAccount: 32,
  /** A session that was silent for this long has missed a ping: a new session of its account may replace it. */
  missedPingMs: 90_000,
  /** The longest wait of a connection above its address's rate, before it is refused. */
  connectionWaitMs: 5_000,
  /** Most transfers in progress, of one connection and of one person. */
  transfersPerLink: 8,
  transfersPerPerson: 32,
  handshakeMs: 5_000,
  loginMs: 30_000,
  /** A silent client is disconnected after this. Clients ping once a minute. */
  idleMs: 180_000,
  shutdownMs: 10_000,
  /** Most bytes queued for one client; above it the link is closed as too slow. */
  maxQueuedBytes: 8 * 1024 * 1024,
  /** Above this no further request of the client is handled until it has read. */
  pauseQueuedBytes: 512 * 1024,
  /**
   * Most requests of one client in flight, and most of each client while `requestsOfAll` are in flight in all. Waiting
   * requests are thousands of small objects, and the garbage collector stops everybody while it copies them.
   */
  requestsAtOnce: 32,
  requestsBesideMany: 8,
  requestsOfAll: 256,
  /** Most requests of one client in flight that have a long answer. */
  largeAnswersAtOnce: 4,
  /** Most requests and bytes that wait behind them; then the link is not read. */
  requestsWaiting: 64,
  waitingBytes: 64 * 1024,
  /**
   * Milliseconds of a core for one person, or for one address before login. Above it the client waits while others are
   * at work.
   */
  work: { burst: 5_000, perSecond: 500 },
  /** Disk space kept free of files, so that messages can be stored: bytes, and at most this share of the disk. */
  diskReserve: 256 * 1024 * 1024,
  diskReserveShare: 0.05,
  /** By address. A thousand people behind one address may reconnect at once. */
  connections: { burst: 200, perSecond: 60 },
  logins: { burst: 200, perSecond: 60 },
  /** Log lines about failed logins, by address; further ones are only counted. */
  failureLines: { burst: 30, perSecond: 1 / 10 },
  registrations: { burst: 120, perSecond: 2 },
  /** By name. These write much, or stay stored for ever: departures, epochs, key cards, new passwords. */
  leaves: { burst: 10, perSecond: 1 / 600 },
  /**
   * By room. After each departure the next speaker makes a key first. The burst is lower than the client's retries
   * after `stale-epoch`.
   */
  leavesOfRoom: { burst: 10, perSecond: 1 / 30 },
  epochs: { burst: 60, perSecond: 1 / 5 },
  /** By name: new epochs after a join, and new epochs without a cause. */
  joinEpochs: { burst: 3, perSecond: 1 / 600 },
  spareEpochs: { burst: 3, perSecond: 1 / 600 },
  epochDraftMs: 60_000,
  cards: { burst: 20, perSecond: 1 / 60 },
  passwords: { burst: 10, perSecond: 1 / 60 },
  /** By name. Each replaces what the person's devices share, and is announced to all of them. */
  shared: { burst: 30, perSecond: 1 / 5 },
  /** By name. Each change is sent to everybody. */
  away: { burst: 30, perSecond: 1 / 2 },
  /** By sender and recipient. Further typing events are answered and dropped. */
  typing: { burst: 1, perSecond: 1 },
} as const satisfies { [figure: string]: number | Rate };

/**
 * Milliseconds of work that a timer around the handler does not see: decoding a request and sending its answer; sending
 * an event to one more session; moving a KiB over a link. Measured with `npm run bench -- fan-out` and a profile of
 * pings.
 */
export const workCosts = { request: 0.05, delivery: 0.01, perKiB: 0.003 } as const;

export function byteCost(bytes: number): number {
  return (bytes / 1024) * workCosts.perKiB;
}

export class Limits {
  readonly #budgets: Budgets;
  readonly scheduler: FairScheduler;
  /** Requests of all clients in flight; kept by request-queue.ts. */
  inFlight = 0;
  readonly connections: TokenBuckets;
  readonly logins: TokenBuckets;
  readonly failureLines: TokenBuckets;
  readonly registrations: TokenBuckets;
  readonly leaves: TokenBuckets;
  /** By room id in hex. */
  readonly leavesOfRoom: TokenBuckets;
  readonly epochs: TokenBuckets;
  readonly joinEpochs: TokenBuckets;
  readonly spareEpochs: TokenBuckets;
  readonly cards: TokenBuckets;
  readonly passwords: TokenBuckets;
  readonly shared: TokenBuckets;
  readonly away: TokenBuckets;
  readonly typing: TokenBuckets;
  readonly guard: LoginGuard;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#budgets = new Budgets(clock, limitValues.work);
    this.scheduler = new FairScheduler(clock);
    this.connections = new TokenBuckets(clock, limitValues.connections);
    this.logins = new TokenBuckets(clock, limitValues.logins);
    this.failureLines = new TokenBuckets(clock, limitValues.failureLines);
    this.registrations = new TokenBuckets(clock, limitValues.registrations);
    this.leaves = new TokenBuckets(clock, limitValues.leaves);
    this.leavesOfRoom = new TokenBuckets(clock, limitValues.leavesOfRoom);
    this.epochs = new TokenBuckets(clock, limitValues.epochs);
    this.joinEpochs = new TokenBuckets(clock, limitValues.joinEpochs);
    this.spareEpochs = new TokenBuckets(clock, limitValues.spareEpochs);
    this.cards = new TokenBuckets(clock, limitValues.cards);
    this.passwords = new TokenBuckets(clock, limitValues.passwords);
    this.shared = new TokenBuckets(clock, limitValues.shared);
    this.away = new TokenBuckets(clock, limitValues.away);
    this.typing = new TokenBuckets(clock, limitValues.typing);
    this.guard = new LoginGuard(clock);
  }

  /** The budget of a person, or before login (`name` is null) of all clients at an address. */
  budgetOf(name: string | null, address: string): Budget {
    // Names cannot contain a space, so the keys cannot collide.
    return this.#budgets.of(name ?? `address ${addressKey(address)}`);
  }
}

/** Takes a token for a rare action. @throws Refusal 'rate-limited' */
export function requireToken(buckets: TokenBuckets, name: string, what: string): void {
  if (!buckets.take(name)) throw new Refusal('rate-limited', `too many ${what} in a short time; try again later`);
}

/**
 * The key that limits count an address by: an IPv4 address, or the /64 of an IPv6 address, which is what one customer
 * gets.
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

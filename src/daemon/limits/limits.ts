/** Every figure that keeps one client from costing the others; they stand in `--help` and in the documents. */

import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { type Budget, Budgets } from './budgets.ts';
import { FairScheduler } from './fair-scheduler.ts';
import { LoginGuard } from './login-guard.ts';
import { type Rate, TokenBuckets } from './token-buckets.ts';

export const limitValues = {
  /** Descriptors that the daemon keeps for itself: database, threads, log, files that it reads or replaces. */
  descriptorsKept: 128,
  /** Connections that have not finished the handshake, and those on which nobody is logged in; fewer with few descriptors. */
  halfOpen: 512,
  beforeLogin: 512,
  /** Sessions of one account. */
  linksPerAccount: 32,
  /** A session that was silent for so long has missed a ping: it makes room for a new session of its account. */
  missedPingMs: 90_000,
  /** A connection above the rate of its address waits so long at most, then it is refused. */
  connectionWaitMs: 5_000,
  /** Uploads and downloads under way, of one connection and of one person. */
  transfersPerLink: 8,
  transfersPerPerson: 32,
  handshakeMs: 5_000,
  loginMs: 30_000,
  /** Without a word from the client; clients ping once a minute. */
  idleMs: 180_000,
  shutdownMs: 10_000,
  /** What may wait for one client before it is closed as too slow. */
  maxQueuedBytes: 8 * 1024 * 1024,
  /** Above this nothing more is carried out for a client until it has read. */
  pauseQueuedBytes: 512 * 1024,
  /**
   * Requests of one client under way; and of each while there are so many of all: what waits for the store are thousands of small
   * objects, and the garbage collector stops everybody while it copies them.
   */
  requestsAtOnce: 32,
  requestsBesideMany: 8,
  requestsOfAll: 256,
  /** Requests of one client under way that have a long answer. */
  largeAnswersAtOnce: 4,
  /** What waits behind them, in number and bytes, before the client's link is not read any more. */
  requestsWaiting: 64,
  waitingBytes: 64 * 1024,
  /** Milliseconds of a core for one person, before login for one address; above it that client waits while others are at work. */
  work: { burst: 5_000, perSecond: 500 },
  /** Of the disk, kept free of files so that messages can be stored: bytes, and at most this share of it. */
  diskReserve: 256 * 1024 * 1024,
  diskReserveShare: 0.05,
  /** Of one address: a thousand people behind one may come back at once. */
  connections: { burst: 200, perSecond: 60 },
  logins: { burst: 200, perSecond: 60 },
  /** Log lines about failed logins, by address; further ones are only counted. */
  failureLines: { burst: 30, perSecond: 1 / 10 },
  registrations: { burst: 120, perSecond: 2 },
  /** What stays for ever or writes much, by name: leaves of a room, epochs, key cards, new passwords. */
  leaves: { burst: 10, perSecond: 1 / 600 },
  /** After each the next speaker makes a key first. Fewer at once than the client seals a message anew after `stale-epoch`. */
  leavesOfRoom: { burst: 10, perSecond: 1 / 30 },
  epochs: { burst: 60, perSecond: 1 / 5 },
  /** New epochs of a room because somebody joined, and without a cause; by name. */
  joinEpochs: { burst: 3, perSecond: 1 / 600 },
  spareEpochs: { burst: 3, perSecond: 1 / 600 },
  epochDraftMs: 60_000,
  cards: { burst: 20, perSecond: 1 / 60 },
  passwords: { burst: 10, perSecond: 1 / 60 },
  /** Changes of away, by name: each is told to everybody. */
  away: { burst: 30, perSecond: 1 / 2 },
  /** Signs that somebody writes, by sender and recipient; what is more is answered and dropped. */
  typing: { burst: 1, perSecond: 1 },
} as const satisfies { [figure: string]: number | Rate };

/**
 * Milliseconds of work that no clock around a handler sees, measured with `npm run bench -- fan-out` and a profile of pings:
 * a request's way in and its answer's way out; the same event to one more session; a KiB through a link.
 */
export const workCosts = { request: 0.05, delivery: 0.01, perKiB: 0.003 } as const;

export function byteCost(bytes: number): number {
  return (bytes / 1024) * workCosts.perKiB;
}

export class Limits {
  readonly #budgets: Budgets;
  readonly scheduler: FairScheduler;
  /** Requests of all clients under way; kept by request-queue.ts. */
  inFlight = 0;
  readonly connections: TokenBuckets;
  readonly logins: TokenBuckets;
  readonly failureLines: TokenBuckets;
  readonly registrations: TokenBuckets;
  readonly leaves: TokenBuckets;
  /** By room, hex. */
  readonly leavesOfRoom: TokenBuckets;
  readonly epochs: TokenBuckets;
  readonly joinEpochs: TokenBuckets;
  readonly spareEpochs: TokenBuckets;
  readonly cards: TokenBuckets;
  readonly passwords: TokenBuckets;
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
    this.away = new TokenBuckets(clock, limitValues.away);
    this.typing = new TokenBuckets(clock, limitValues.typing);
    this.guard = new LoginGuard(clock);
  }

  /** The budget of a person; before login (`name` is null) of an address, shared by all at it. */
  budgetOf(name: string | null, address: string): Budget {
    // No name holds a space.
    return this.#budgets.of(name ?? `address ${addressKey(address)}`);
  }
}

/** Takes a token of what only few are needed of. @throws Refusal 'rate-limited' */
export function requireToken(buckets: TokenBuckets, name: string, what: string): void {
  if (!buckets.take(name)) throw new Refusal('rate-limited', `too many ${what} in a short time; try again later`);
}

/** What limits count addresses by: an IPv4 address, or the /64 of an IPv6 one, which is what one customer gets. */
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

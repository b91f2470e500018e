/**
 * Where every connection counts, from its first moment until its socket is closed: half-open before the end of its handshake,
 * unclaimed while nobody is logged in on it (before the login, and after its session until it has gone), claimed in between.
 * The first two are shared by strangers and never full: somebody gives way. So a login always gets as far as an answer.
 */
import type { Clock } from '../protocol/seams.ts';
import { Crowd } from './crowd.ts';
import type { LinkShares } from './descriptors.ts';
import type { RefusedLinks } from './refused-links.ts';

/**
 * Longer than a handshake takes through a satellite or Tor, and than a client needs to log in once it has the password. Much shorter, and
 * who opens many connections and lets each go before that time would outlast a slow newcomer.
 */
const HONEST_HANDSHAKE_MS = 2_500;
const HONEST_LOGIN_MS = 5_000;

/** One connection. */
export type Place = {
  /** As limits count it. */
  readonly address: string;
  /** Closed at once when it gives way. */
  readonly socket: { destroy(): unknown };
  gaveWay: boolean;
};

export class Places {
  readonly #halfOpen: Crowd<Place>;
  readonly #unclaimed: Crowd<Place>;
  readonly #claimed = new Set<Place>();
  readonly #mostClaimed: number;
  readonly #refused: Pick<RefusedLinks, 'note'>;

  constructor(o: { shares: LinkShares; clock: Pick<Clock, 'monotonic'>; refused: Pick<RefusedLinks, 'note'> }) {
    const { halfOpen, unclaimed, claimed } = o.shares;
    this.#halfOpen = new Crowd(o.clock, { places: halfOpen, honestMs: HONEST_HANDSHAKE_MS });
    this.#unclaimed = new Crowd(o.clock, { places: unclaimed, honestMs: HONEST_LOGIN_MS });
    this.#mostClaimed = claimed;
    this.#refused = o.refused;
  }

  /** A new connection. */
  enter(place: Place): void {
    this.#put(this.#halfOpen, place);
  }

  /** Its handshake is done. */
  opened(place: Place): void {
    if (this.#halfOpen.leave(place)) this.#put(this.#unclaimed, place);
  }

  /**
   * An account that has `held` claimed links logs in on it. False: the link has gone, or the account has as many links as are
   * free. So a few accounts cannot take all, however low the limit is.
   */
  claim(place: Place, held: number): boolean {
    if (held >= this.#mostClaimed - this.#claimed.size || !this.#unclaimed.leave(place)) return false;
    this.#claimed.add(place);
    return true;
  }

  /** Its session has ended; its socket may need a while to close. */
  release(place: Place): void {
    if (this.#claimed.delete(place)) this.#put(this.#unclaimed, place);
  }

  /** Its socket is closed. */
  leave(place: Place): void {
    this.#halfOpen.leave(place);
    this.#unclaimed.leave(place);
    this.#claimed.delete(place);
  }

  halfOpen(): Place[] {
    return this.#halfOpen.all();
  }

  #put(crowd: Crowd<Place>, place: Place): void {
    const loser = crowd.enter(place, place.address);
    if (loser === null) return;
    loser.gaveWay = true;
    loser.socket.destroy();
    this.#refused.note('gave way', loser.address);
  }
}

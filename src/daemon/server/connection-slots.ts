/**
 * Counts connections by state, from the first moment until the socket is closed: half-open (during the
 * handshake), before login (also after a session has ended), and logged in. The first two states evict an
 * older connection instead of refusing a new one, so a login always gets an answer.
 */
import type { Clock } from '../../platform/clock.ts';
import type { LinkShares } from '../limits/descriptors.ts';
import type { RefusedLinks } from '../logging/refused-links.ts';
import { EvictingPool } from './evicting-pool.ts';

/**
 * Longer than a handshake takes over a satellite or Tor, and than a client needs to log in once it has the password. A
 * much shorter time would evict a slow newcomer before an attacker who opens many connections and drops each early.
 */
const HONEST_HANDSHAKE_MS = 2_500;
const HONEST_LOGIN_MS = 5_000;

export type Slot = {
  /** As addressKey returns it. */
  readonly address: string;
  /** Evicting the connection destroys it. */
  readonly socket: { destroy(): unknown };
  evicted: boolean;
  /** The connection had a logged-in session, so its later end is no failure. */
  hadSession: boolean;
};

export class ConnectionSlots {
  readonly #halfOpen: EvictingPool<Slot>;
  readonly #beforeLogin: EvictingPool<Slot>;
  readonly #loggedIn = new Set<Slot>();
  readonly #maxLoggedIn: number;
  readonly #refused: Pick<RefusedLinks, 'count'>;

  constructor(o: { shares: LinkShares; clock: Pick<Clock, 'monotonic'>; refused: Pick<RefusedLinks, 'count'> }) {
    const { halfOpen, beforeLogin, loggedIn } = o.shares;
    this.#halfOpen = new EvictingPool(o.clock, { slots: halfOpen, honestMs: HONEST_HANDSHAKE_MS });
    this.#beforeLogin = new EvictingPool(o.clock, { slots: beforeLogin, honestMs: HONEST_LOGIN_MS });
    this.#maxLoggedIn = loggedIn;
    this.#refused = o.refused;
  }

  /** Adds a new connection, half-open. */
  enter(slot: Slot): void {
    this.#put(this.#halfOpen, slot);
  }

  /** Moves a connection whose handshake is done to "before login". */
  opened(slot: Slot): void {
    if (this.#halfOpen.leave(slot)) this.#put(this.#beforeLogin, slot);
  }

  /**
   * Moves a connection to "logged in". An account with `held` other sessions may hold no more slots than are free, so
   * that a few accounts cannot take all, however low the limit is.
   * @returns false when there is no slot for it, or the connection is gone
   */
  claim(slot: Slot, held: number): boolean {
    if (held >= this.#maxLoggedIn - this.#loggedIn.size || !this.#beforeLogin.leave(slot)) return false;
    this.#loggedIn.add(slot);
    return true;
  }

  /** The session has ended; its socket may take a while to close. */
  release(slot: Slot): void {
    if (!this.#loggedIn.delete(slot)) return;
    slot.hadSession = true;
    this.#put(this.#beforeLogin, slot);
  }

  /** The socket is closed. */
  leave(slot: Slot): void {
    this.#halfOpen.fail(slot);
    if (slot.hadSession) this.#beforeLogin.leave(slot);
    else this.#beforeLogin.fail(slot);
    this.#loggedIn.delete(slot);
  }

  halfOpen(): Slot[] {
    return this.#halfOpen.all();
  }

  #put(pool: EvictingPool<Slot>, slot: Slot): void {
    const loser = pool.enter(slot, slot.address);
    if (loser === null) return;
    loser.evicted = true;
    loser.socket.destroy();
    this.#refused.count('evicted', loser.address);
  }
}

/**
 * The slot of each connection, from its first moment until its socket is closed: half-open until the handshake is done; before
 * login until an account logs in, and again once its session has ended; logged in between. Strangers share the first two kinds,
 * which evict instead of refusing. So a login always gets as far as an answer.
 */
import type { Clock } from '../../platform/clock.ts';
import type { LinkShares } from '../limits/descriptors.ts';
import type { RefusedLinks } from '../logging/refused-links.ts';
import { EvictingPool } from './evicting-pool.ts';

/**
 * Longer than a handshake takes over a satellite or Tor, and than a client needs to log in once it has the password. A much shorter
 * time would evict a slow newcomer before an attacker who opens many connections and drops each one early.
 */
const HONEST_HANDSHAKE_MS = 2_500;
const HONEST_LOGIN_MS = 5_000;

/** One connection. */
export type Slot = {
  /** As limits count it. */
  readonly address: string;
  /** Destroyed at eviction. */
  readonly socket: { destroy(): unknown };
  evicted: boolean;
  /** Its person logged in, so it got through, though it is no longer logged in. */
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

  /** A new connection. */
  enter(slot: Slot): void {
    this.#put(this.#halfOpen, slot);
  }

  /** Its handshake is done. */
  opened(slot: Slot): void {
    if (this.#halfOpen.leave(slot)) this.#put(this.#beforeLogin, slot);
  }

  /**
   * Logs in an account that has `held` other sessions. An account gets no more slots than it leaves free, so that a few accounts
   * cannot take all, however low the limit is.
   * @returns false when there is no slot for it, or the connection has gone
   */
  claim(slot: Slot, held: number): boolean {
    if (held >= this.#maxLoggedIn - this.#loggedIn.size || !this.#beforeLogin.leave(slot)) return false;
    this.#loggedIn.add(slot);
    return true;
  }

  /** Its session has ended; its socket may need a while to close. */
  release(slot: Slot): void {
    if (!this.#loggedIn.delete(slot)) return;
    slot.hadSession = true;
    this.#put(this.#beforeLogin, slot);
  }

  /** Its socket is closed. */
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

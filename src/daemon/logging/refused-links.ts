/**
 * Counts refused connections and logins, and logs them in one line a minute, so that a flood of connections does not
 * flood the log.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';

const MINUTE_MS = 60_000;
/** Addresses that are counted separately; further ones count only in the total. */
const MAX_ADDRESSES = 4_096;

/**
 * `rate`: too many connections from one address. `evicted`: another connection needed the slot. `limit`: no descriptors
 * left. `handshake`: failed or timed out. `rules`: broke the protocol before login. `login`: further failed logins of
 * an address whose first ones were logged. `failed`: a bug of the daemon.
 */
export type RefusalReason = 'rate' | 'evicted' | 'limit' | 'handshake' | 'rules' | 'login' | 'failed';

export class RefusedLinks {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #log: Pick<Logger, 'warn'>;
  #reasons = new Map<RefusalReason, number>();
  #addresses = new Map<string, number>();
  #total = 0;
  #cancel: (() => void) | null = null;

  constructor(parts: { clock: Pick<Clock, 'after'>; log: Pick<Logger, 'warn'> }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /**
   * @param address as addressKey returns it
   * @returns true for the first one of this reason since the last line
   */
  count(reason: RefusalReason, address: string): boolean {
    this.#total += 1;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    const known = this.#addresses.get(address);
    if (known !== undefined || this.#addresses.size < MAX_ADDRESSES) this.#addresses.set(address, (known ?? 0) + 1);
    this.#cancel ??= this.#clock.after(MINUTE_MS, () => this.write());
    return this.#reasons.get(reason) === 1;
  }

  /** Writes the line now, unless nothing was counted. */
  write(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#total === 0) return;
    const reasons = [...this.#reasons].map(([reason, count]) => `${reason}: ${count}`);
    const [address] = [...this.#addresses].reduce((most, one) => (one[1] > most[1] ? one : most), ['', 0]);
    const line = { evt: 'links_refused', count: this.#total, reasons, addresses: this.#addresses.size, address };
    this.#log.warn(line, 'connections and logins refused in the last minute; the address shown had the most');
    this.#reasons = new Map();
    this.#addresses = new Map();
    this.#total = 0;
  }
}

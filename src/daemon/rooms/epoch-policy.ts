/**
 * Decides when a person may make a new epoch of a room.
 *
 * 1. Always when the room has none, when a member left since this person's newest epoch, or when the current one is old
 *    or much used. So each speaker can make a key after each departure and keep using it, whatever others make later.
 * 2. After a join, few by one person. A grant gives newcomers the key in use, and a member whose accomplices join must
 *    not make one epoch after another.
 * 3. Without a cause, few by one person. This lets a member replace a bad key at once. No limit is shared by the room,
 *    because a few members could use it up for all.
 */

import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { EPOCH_LIFE_MS, EPOCH_MAX_ENTRIES } from '../../protocol/sealed/epoch.ts';
import type { Limits } from '../limits/limits.ts';
import type { Person } from '../store/store.ts';
import type { Room } from './room.ts';

/** Which rate limit a new epoch counts against. */
export type EpochCost = 'free' | 'join' | 'spare';
type Buckets = Pick<Limits, 'epochs' | 'joinEpochs' | 'spareEpochs'>;

export class EpochPolicy {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limits: Buckets;

  constructor(parts: { clock: Pick<Clock, 'now'>; limits: Buckets }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
  }

  /** Takes no token, since another epoch may be stored first. @throws Refusal 'rate-limited' */
  check(room: Room, maker: Person): EpochCost {
    const { epochs, joinEpochs, spareEpochs } = this.#limits;
    if (!epochs.has(maker.name))
      throw new Refusal('rate-limited', 'too many new room keys in a short time; try again later');
    if (this.#isNeeded(room, maker)) return 'free';
    if (room.membershipChange(maker.idFp) === 'joined' && joinEpochs.has(maker.name)) return 'join';
    if (spareEpochs.has(maker.name)) return 'spare';
    throw new Refusal(
      'rate-limited',
      'you made many keys for this room lately: use its current key, or try again later',
    );
  }

  pay(maker: Person, cost: EpochCost): void {
    this.#limits.epochs.take(maker.name);
    if (cost === 'join') this.#limits.joinEpochs.take(maker.name);
    if (cost === 'spare') this.#limits.spareEpochs.take(maker.name);
  }

  #isNeeded(room: Room, maker: Person): boolean {
    const { epoch } = room;
    return (
      epoch.seq === 0 ||
      room.membershipChange(maker.idFp) === 'left' ||
      this.#clock.now() - epoch.time > EPOCH_LIFE_MS ||
      room.seq - epoch.seq >= EPOCH_MAX_ENTRIES
    );
  }
}

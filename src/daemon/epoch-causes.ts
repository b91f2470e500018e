/**
 * When a room may get a new epoch. Always with a cause that the daemon sees: there is none yet, a person joined or left, it is old or
 * much used. Without a cause seldom, by person and by room: a member with a wrong key can replace it at once, and no member can
 * replace one epoch after the other.
 */
import { hex } from '../protocol/bytes.ts';
import { EPOCH_LIFE_MS, EPOCH_PLACES } from '../protocol/epoch.ts';
import { Refusal } from '../protocol/errors.ts';
import type { Clock } from '../protocol/seams.ts';
import type { Limits } from './limits.ts';
import type { Room } from './room.ts';
import type { Person } from './store/store.ts';

export class EpochCauses {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limits: Pick<Limits, 'spareEpochs' | 'spareEpochsOfRoom'>;

  constructor(parts: { clock: Pick<Clock, 'now'>; limits: Pick<Limits, 'spareEpochs' | 'spareEpochsOfRoom'> }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
  }

  /**
   * Takes nothing: an epoch that loses the race to another one costs nothing.
   * @returns whether it has no cause and has to be paid for once it is made @throws Refusal 'rate-limited'
   */
  check(room: Room, maker: Person): boolean {
    const { spareEpochs, spareEpochsOfRoom } = this.#limits;
    if (this.#hasCause(room, maker)) return false;
    if (!spareEpochs.has(maker.name) || !spareEpochsOfRoom.has(hex(room.id))) {
      throw new Refusal(
        'rate-limited',
        'nobody joined or left since the room got its key: use that one, or try again later',
      );
    }
    return true;
  }

  /** Takes one epoch without a cause from the person's and the room's. */
  pay(room: Room, maker: Person): void {
    this.#limits.spareEpochs.take(maker.name);
    this.#limits.spareEpochsOfRoom.take(hex(room.id));
  }

  #hasCause(room: Room, maker: Person): boolean {
    const { epoch } = room;
    return (
      epoch.seq === 0 ||
      room.hasMoved(maker.idFp) ||
      this.#clock.now() - epoch.time > EPOCH_LIFE_MS ||
      room.seq - epoch.seq >= EPOCH_PLACES
    );
  }
}

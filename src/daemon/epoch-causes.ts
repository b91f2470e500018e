/**
 * When a room may get a new key. With a cause that the daemon sees, always: there is none yet, somebody came or left, it is old or
 * much used. Without one seldom, by person and by room: who was given a wrong key has to be able to make another one at once, and
 * nobody may make one after the other.
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

  /** Before the chunks are sent; takes nothing. @throws Refusal 'rate-limited' */
  check(room: Room, maker: Person): void {
    const { spareEpochs, spareEpochsOfRoom } = this.#limits;
    if (this.#hasCause(room, maker)) return;
    // Both are looked at before one is taken: who has none left must not use up the room's.
    if (!spareEpochs.has(maker.name) || !spareEpochsOfRoom.has(hex(room.id))) {
      throw new Refusal(
        'rate-limited',
        'nobody came or left since the room got its key: use that one, or try again later',
      );
    }
  }

  /** At the commit. @throws Refusal 'rate-limited' */
  take(room: Room, maker: Person): void {
    this.check(room, maker);
    if (this.#hasCause(room, maker)) return;
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

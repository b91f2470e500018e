/**
 * When a room may get a new epoch.
 *
 * 1. Always: the room has none yet, a member left, or the one in use is old or much used.
 * 2. After a join: few by one person. A grant gives newcomers the key in use, and a member whose accomplices join must not make one
 *    epoch after another.
 * 3. Without a cause: few by one person, and few in one room. A member with a wrong key can replace it at once.
 */
import { hex } from '../protocol/bytes.ts';
import { EPOCH_LIFE_MS, EPOCH_PLACES } from '../protocol/epoch.ts';
import { Refusal } from '../protocol/errors.ts';
import type { Clock } from '../protocol/seams.ts';
import type { Limits } from './limits.ts';
import type { Room } from './room.ts';
import type { Person } from './store/store.ts';

/** What an epoch is paid with once it is made. */
export type EpochCost = 'free' | 'join' | 'spare';
type Buckets = Pick<Limits, 'joinEpochs' | 'spareEpochs' | 'spareEpochsOfRoom'>;

export class EpochCauses {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #limits: Buckets;

  constructor(parts: { clock: Pick<Clock, 'now'>; limits: Buckets }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
  }

  /** Takes nothing: an epoch that loses the race to another one costs nothing. @throws Refusal 'rate-limited' */
  check(room: Room, maker: Person): EpochCost {
    const { joinEpochs, spareEpochs, spareEpochsOfRoom } = this.#limits;
    if (this.#isNeeded(room, maker)) return 'free';
    if (room.movedSinceEpoch(maker.idFp) === 'joined' && joinEpochs.has(maker.name)) return 'join';
    if (spareEpochs.has(maker.name) && spareEpochsOfRoom.has(hex(room.id))) return 'spare';
    throw new Refusal('rate-limited', 'you made many keys of this room lately: use the one it has, or try again later');
  }

  pay(room: Room, maker: Person, cost: EpochCost): void {
    if (cost === 'join') this.#limits.joinEpochs.take(maker.name);
    if (cost !== 'spare') return;
    this.#limits.spareEpochs.take(maker.name);
    this.#limits.spareEpochsOfRoom.take(hex(room.id));
  }

  #isNeeded(room: Room, maker: Person): boolean {
    const { epoch } = room;
    return (
      epoch.seq === 0 ||
      room.movedSinceEpoch(maker.idFp) === 'left' ||
      this.#clock.now() - epoch.time > EPOCH_LIFE_MS ||
      room.seq - epoch.seq >= EPOCH_PLACES
    );
  }
}

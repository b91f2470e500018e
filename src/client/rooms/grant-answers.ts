/** Keys of rooms that members give each other, as the daemon tells of them: what others want of this client, and what it is given. */
import type { Event } from '../../protocol/wire/codec.ts';
import { EventQueue } from '../connection/event-queue.ts';
import type { EpochKeyRequests } from './epoch-key-requests.ts';
import type { RoomRekey } from './room-rekey.ts';

/** Some thousand that want a key, or hundreds that bring one, about, in bytes. One more is dropped: it is asked for again. */
const MAX_WAITING = 2 ** 21;
const AT_ONCE = 8;

export type GrantsParts = {
  rekey: Pick<RoomRekey, 'wanted'>;
  wantedKey: Pick<EpochKeyRequests, 'granted'>;
  /** Never rejects. */
  attempt(action: () => Promise<void>): Promise<void>;
};

export class GrantAnswers {
  readonly #queue: EventQueue;

  constructor({ rekey, wantedKey, attempt }: GrantsParts) {
    const take = async (event: Event): Promise<void> => {
      if (event.method === 'grant-wanted') await rekey.wanted(event.params);
      if (event.method === 'granted') await wantedKey.granted(event.params);
    };
    this.#queue = new EventQueue(
      (event) => attempt(() => take(event)),
      () => {},
      { most: MAX_WAITING, atOnce: AT_ONCE },
    );
  }

  /** Takes what the daemon tells about grants, without waiting: they ask the daemon themselves. Other events are none of its business. */
  take(event: Event): void {
    if (event.method === 'grant-wanted' || event.method === 'granted') this.#queue.add(event);
  }
}

/** Handles grants of room keys: gives keys to members who ask for them, and takes those that this client asked for. */
import type { Event } from '../../protocol/wire/codec.ts';
import { EventQueue } from '../connection/event-queue.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { EpochKeyRequests } from './epoch-key-requests.ts';
import type { RoomRekey } from './room-rekey.ts';

/** Bytes, about: thousands of requests, or hundreds of grants. More are dropped, and asked for again. */
const MAX_WAITING = 2 ** 21;
const AT_ONCE = 8;

export type GrantingRoom = {
  rekey: Pick<RoomRekey, 'answerRequest'>;
  keyRequests: Pick<EpochKeyRequests, 'takeGrant'>;
};

export class GrantHandler {
  readonly #rooms: { withId(id: Uint8Array): GrantingRoom | null };
  readonly #queue: EventQueue;

  constructor(rooms: { withId(id: Uint8Array): GrantingRoom | null }, bus: ClientBus) {
    this.#rooms = rooms;
    this.#queue = new EventQueue(
      (event) => bus.attempt(() => this.#answer(event)),
      () => {},
      { maxBytes: MAX_WAITING, concurrency: AT_ONCE },
    );
    bus.on('received', (event) => {
      // Without waiting: handling them needs the daemon's answers.
      if (event.method === 'grant-wanted' || event.method === 'granted') this.#queue.add(event);
    });
  }

  async #answer(event: Event): Promise<void> {
    if (event.method === 'grant-wanted') await this.#rooms.withId(event.params.room)?.rekey.answerRequest(event.params);
    if (event.method === 'granted') await this.#rooms.withId(event.params.room)?.keyRequests.takeGrant(event.params);
  }
}

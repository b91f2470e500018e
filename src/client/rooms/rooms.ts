/**
 * Folder `rooms`: rooms: their log, members, epochs and keys; it does not know the outbox or the timeline. The rooms of this
 * account, and lookups by ref, id, key and name. There is one room today. No code outside this folder depends on that.
 */
import { hex } from '../../protocol/base/bytes.ts';
import { LOBBY } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { ConversationRef, RoomRef } from '../notes/conversation-ref.ts';
import type { People } from '../people/people.ts';
import type { ConversationName } from '../types.ts';
import { pinnedLobby } from './lobby.ts';
import { Room } from './room.ts';

export class Rooms {
  /** By key of the conversation. */
  readonly #rooms: ReadonlyMap<string, Room>;

  constructor(bus: ClientBus, rooms: readonly Room[]) {
    this.#rooms = new Map(rooms.map((room) => [room.ref.key, room]));
    bus.on('locked', ({ ref, epochs }) => this.find(ref)?.keyRequests.ask(epochs));
  }

  /** @throws ClientError 'untrusted' when the daemon shows other rooms than before */
  static async open(context: ClientContext, bus: ClientBus, people: Pick<People, 'othersOnline'>): Promise<Rooms> {
    const lobby = await pinnedLobby(context);
    return new Rooms(bus, [await Room.open(context, bus, people, lobby)]);
  }

  get all(): Room[] {
    return [...this.#rooms.values()];
  }

  /** null for a private conversation. */
  find(ref: ConversationRef): Room | null {
    return this.#rooms.get(ref.key) ?? null;
  }

  of(ref: RoomRef): Room {
    const room = this.find(ref);
    if (room === null) throw new Error(`${ref.name} is no room of this client`);
    return room;
  }

  withId(id: Uint8Array): Room | null {
    return this.withKey(hex(id));
  }

  withKey(key: string): Room | null {
    return this.#rooms.get(key) ?? null;
  }

  /** @throws ClientError 'refused' when there is no such room */
  named(name: ConversationName): Room {
    const room = this.all.find(({ ref }) => ref.name === name);
    if (room === undefined) throw new ClientError('refused', `there is no room ${name}; ${LOBBY} is for everyone`);
    return room;
  }
}

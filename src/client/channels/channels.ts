/**
 * Folder `channels`: how an item of the outbox reaches a person or a room; it does not know the queue. Finds the channel of a
 * conversation. The outbox knows only the Channel interface, not the kinds.
 */
import { type ConversationRef, formerRefs, privateRef, unresolvedKey } from '../notes/conversation-ref.ts';
import type { Channel, ChannelLookup } from '../outbox/channel.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { ChannelParts } from './channel-parts.ts';
import { PrivateChannel } from './private-channel.ts';
import { RoomChannel } from './room-channel.ts';

export class Channels implements ChannelLookup {
  readonly #parts: ChannelParts;
  readonly #rooms: Rooms;

  constructor(parts: ChannelParts, rooms: Rooms) {
    this.#parts = parts;
    this.#rooms = rooms;
  }

  of(ref: ConversationRef): Channel {
    if (ref.kind === 'private') return new PrivateChannel(this.#parts, ref);
    return new RoomChannel(this.#parts, this.#rooms.of(ref));
  }

  async find(conversation: string, recipient: string): Promise<Channel | null> {
    const room = this.#rooms.withKey(conversation);
    if (room !== null) return this.of(room.ref);
    const { context } = this.#parts;
    const current = await privateRef(context, recipient);
    if (current.key === conversation || conversation === unresolvedKey(recipient)) return this.of(current);
    // Written before their key changed: sealing it fails with a sentence.
    const former = (await formerRefs(context, recipient)).find(({ key }) => key === conversation);
    return former === undefined ? null : this.of(former);
  }
}

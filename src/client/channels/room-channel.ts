/** Sends messages to a room, sealed under its epoch. */
import { fromHex } from '../../protocol/base/bytes.ts';
import type { RefusalCode } from '../../protocol/base/errors.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import type { ChainPosition } from '../notes/private-notes.ts';
import type { Channel } from '../outbox/channel.ts';
import type { Room } from '../rooms/room.ts';
import { type ChannelParts, newestSeen, placedFields } from './channel-parts.ts';

/** How many of the others' newest items a message names as seen. */
const SEEN = 4;

export class RoomChannel implements Channel {
  readonly #parts: ChannelParts;
  readonly #room: Room;

  constructor(parts: ChannelParts, room: Room) {
    this.#parts = parts;
    this.#room = room;
  }

  get ref(): RoomRef {
    return this.#room.ref;
  }

  seen(): Promise<readonly Uint8Array[]> {
    return newestSeen(this.#parts, this.ref, SEEN);
  }

  seal(item: OutboxItem, position: ChainPosition): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
    const sealing = { ...position, id: fromHex(item.id), sentAt: item.at, content: item.content };
    return this.#room.seal(sealing, () => this.#parts.conversations.timeline(this.ref).head);
  }

  send({ file }: OutboxItem, bytes: Uint8Array): Promise<{ seq: number; at: number }> {
    const { connection } = this.#parts.context;
    const message = { room: this.ref.id, message: bytes, file: file === null ? null : fromHex(file) };
    return connection.request('say', message);
  }

  async refresh(code: RefusalCode): Promise<void> {
    if (code === 'stale-epoch') await this.#room.sync.sync();
    if (code === 'order') await this.#parts.conversations.catchUp(this.ref);
  }

  entryOf(item: OutboxItem): Entry {
    return { ...placedFields(item, this.#parts.context.keyring.me.name), kind: 'message' };
  }
}

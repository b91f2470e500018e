/** Sends notes to one person, sealed to their card. */
import { fromHex } from '../../protocol/base/bytes.ts';
import type { RefusalCode } from '../../protocol/base/errors.ts';
import { deliveredNote, parseNote } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { PrivateRef } from '../notes/conversation-ref.ts';
import type { OutboxItem } from '../notes/outbox-item.ts';
import { type ChainPosition, sealPrivateNote } from '../notes/private-notes.ts';
import type { Channel } from '../outbox/channel.ts';
import { type ChannelParts, newestSeen, placedFields } from './channel-parts.ts';

/** How many of the other side's newest items a note names as seen. */
const SEEN = 1;

export class PrivateChannel implements Channel {
  readonly ref: PrivateRef;
  readonly #parts: ChannelParts;

  constructor(parts: ChannelParts, ref: PrivateRef) {
    this.#parts = parts;
    this.ref = ref;
  }

  seen(): Promise<readonly Uint8Array[]> {
    return newestSeen(this.#parts, this.ref, SEEN);
  }

  async seal(item: OutboxItem, position: ChainPosition): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
    const sealing = { ...position, id: fromHex(item.id), sentAt: item.at, content: item.content };
    return sealPrivateNote(this.#parts.context, this.ref, sealing);
  }

  send({ file }: OutboxItem, bytes: Uint8Array): Promise<{ seq: number; at: number }> {
    const { connection } = this.#parts.context;
    const note = { to: this.ref.with, note: bytes, file: file === null ? null : fromHex(file) };
    return connection.request('whisper', note);
  }

  async refresh(code: RefusalCode): Promise<void> {
    const { context, conversations } = this.#parts;
    if (code === 'order') await conversations.catchUp(this.ref);
    if (code !== 'stale-card') return;
    context.keyring.forget(this.ref.with);
    await context.keyring.cardOf(this.ref.with);
  }

  entryOf(item: OutboxItem): Entry {
    const { me } = this.#parts.context.keyring;
    const { bytes, ...fields } = placedFields(item, me.name);
    return { ...fields, kind: 'note', bytes: deliveredNote(parseNote(bytes), this.ref.with === me.name ? 0 : 1) };
  }
}

/** How a queued item becomes bytes and reaches the daemon: a note to a person, a message to a room. */
import { fromHex, hex } from '../../protocol/base/bytes.ts';
import type { RefusalCode } from '../../protocol/base/errors.ts';
import { deliveredNote, parseNote } from '../../protocol/sealed/note.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { Cache } from '../cache/cache.ts';
import { ClientError } from '../errors.ts';
import type { AccountContext } from '../login/account-context.ts';
import {
  type ChainPosition,
  type ConversationRef,
  formerRefs,
  privateRef,
  sealPrivate,
  unmetKey,
} from '../notes/private-notes.ts';
import type { Rooms } from '../rooms/room-channels.ts';
import type { Queued } from './outbox-store.ts';

/** Others' newest items that a room message names. */
const ROOM_SEEN = 4;

/** @throws ClientError 'key-changed' for what was written before the other side's key changed */
export async function sealItem(
  context: AccountContext,
  rooms: Rooms,
  place: ConversationRef,
  item: Queued,
  turn: ChainPosition,
): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
  const sealing = { ...turn, id: fromHex(item.id), sentAt: item.at, content: item.content };
  if (place.with === null) return rooms.seal(sealing);
  if (place.base !== 0)
    throw new ClientError('key-changed', `the key of ${place.with} changed after this was written; send it again`);
  return sealPrivate(context, place.with, sealing);
}

export function sendItem(
  context: AccountContext,
  place: ConversationRef,
  item: Queued,
  bytes: Uint8Array,
): Promise<{ seq: number; at: number }> {
  const file = item.file === null ? null : fromHex(item.file);
  if (place.with === null) return context.connection.request('say', { room: place.id, message: bytes, file });
  return context.connection.request('whisper', { to: place.with, note: bytes, file });
}

/** Hashes of the newest items of others, as far as they were opened here. */
export async function seenIn(
  context: AccountContext,
  cache: Cache,
  place: ConversationRef,
): Promise<readonly Uint8Array[]> {
  const newest = await cache.newest(place.key, hex(context.keyring.me.idFp), place.with === null ? ROOM_SEEN : 1);
  return newest.flatMap((entry) => entry.said?.hash ?? []);
}

/** After a refusal that says that this client is behind. */
export async function refresh(
  context: AccountContext,
  rooms: Rooms,
  place: ConversationRef,
  code: RefusalCode,
  catchUp: () => Promise<void>,
): Promise<void> {
  if (code === 'stale-epoch') await rooms.sync();
  if (code === 'order') await catchUp();
  if (code === 'stale-card' && place.with !== null) {
    context.keyring.forget(place.with);
    await context.keyring.cardOf(place.with);
  }
}

/** My item as the daemon would give it back to me. */
export function placedEntry(
  context: AccountContext,
  place: ConversationRef,
  item: Queued,
  seq: number,
  at: number,
): Entry {
  const { me } = context.keyring;
  const bytes = item.sealed?.bytes ?? new Uint8Array();
  const common = { seq, at, from: me.name, file: null, keys: [] };
  if (place.with === null) return { ...common, kind: 'message', bytes };
  return { ...common, kind: 'note', bytes: deliveredNote(parseNote(bytes), place.with === me.name ? 0 : 1) };
}

/** Where an item of the outbox belongs, also of somebody who was not met when it was written; null for a conversation that `recipient` never had. */
export async function placeOf(
  context: AccountContext,
  conversation: string,
  recipient: string,
): Promise<ConversationRef | null> {
  const place = await privateRef(context, recipient);
  if (place.key === conversation || conversation === unmetKey(recipient)) return place;
  // Written before their key changed: it fails there with a sentence.
  const former = await formerRefs(context, recipient);
  return former.find(({ key }) => key === conversation) ?? null;
}

/** Finds the conversation that a name or an id means. */
import { equal } from '../../protocol/base/bytes.ts';
import { isName } from '../../protocol/base/safe-text.ts';
import { ClientError, throwClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import { type ConversationRef, formerRefs, privateRef } from '../notes/conversation-ref.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { ConversationName } from '../types.ts';

/** @throws ClientError 'usage' for what is no conversation, 'refused' for people and rooms that are not there */
export async function conversationNamed(
  context: ClientContext,
  rooms: Pick<Rooms, 'named'>,
  name: ConversationName,
): Promise<ConversationRef> {
  if (name.startsWith('#')) return rooms.named(name).ref;
  if (!name.startsWith('@') || !isName(name.slice(1)))
    throw new ClientError('usage', `"${name}" is no conversation; use @name or #room`);
  return privateRef(context, name.slice(1)).catch(throwClientError);
}

/** The conversation with `name` that has this id, under their pinned key or a former one; null when it belongs to another key. */
export async function conversationWith(
  context: ClientContext,
  conversation: Uint8Array,
  name: string,
): Promise<ConversationRef | null> {
  try {
    const ref = await privateRef(context, name);
    if (equal(ref.id, conversation)) return ref;
    const former = (await formerRefs(context, name)).find(({ id }) => equal(id, conversation));
    if (former !== undefined) return former;
    // Asks the directory: the keyring tells its listeners when the key has changed.
    context.keyring.forget(name);
    await context.keyring.cardOf(name);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'unreachable') throw error;
  }
  return null;
}

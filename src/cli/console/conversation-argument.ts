/** Parses the TO and WITH arguments, which name a conversation. */

import { ClientError } from '../../client/errors.ts';
import type { ConversationName } from '../../client/types.ts';
import { isName, LOBBY } from '../../protocol/base/safe-text.ts';

/** Parses `bob`, `@bob` or `#lobby`. @throws ClientError 'usage' for a bad name, 'refused' for an unknown room */
export function parseConversation(target: string): ConversationName {
  if (target.startsWith('#')) {
    if (target === LOBBY) return LOBBY;
    throw new ClientError('refused', `there is no room ${target}; the room for everybody is ${LOBBY}`);
  }
  const name = (target.startsWith('@') ? target.slice(1) : target).normalize('NFC');
  if (!isName(name))
    throw new ClientError(
      'usage',
      `"${target}" is not a valid name: use up to 32 letters, digits and . _ -, such as @bob, or a room, such as ${LOBBY}`,
    );
  return `@${name}`;
}

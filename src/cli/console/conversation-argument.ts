/** Parses the TO and WITH arguments, which name a conversation. */

import { ClientError } from '../../client/errors.ts';
import type { ConversationName } from '../../client/types.ts';
import { isName } from '../../protocol/base/safe-text.ts';

/** Parses `bob`, `@bob` or `#lobby`; whether there is such a person or room shows later. @throws ClientError 'usage' for a bad name */
export function parseConversation(target: string): ConversationName {
  const kind = target.startsWith('#') ? '#' : '@';
  const name = (target.startsWith(kind) ? target.slice(1) : target).normalize('NFC');
  if (!isName(name))
    throw new ClientError(
      'usage',
      `"${target}" is not a valid name: use up to 32 letters, digits and . _ -, such as @bob, or a room, such as #lobby`,
    );
  return `${kind}${name}`;
}

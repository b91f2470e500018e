/** What a person writes for TO and WITH. */

import { ClientError } from '../../client/errors.ts';
import type { ConversationName } from '../../client/types.ts';
import { isName, LOBBY, MAX_TEXT_BYTES } from '../../protocol/base/text.ts';

/** `bob`, `@bob` or `#lobby`. @throws ClientError 'usage' */
export function parseConversation(target: string): ConversationName {
  if (target.startsWith('#')) {
    if (target === LOBBY) return LOBBY;
    throw new ClientError('refused', `there is no room ${target}; the room of everybody is ${LOBBY}`);
  }
  const name = (target.startsWith('@') ? target.slice(1) : target).normalize('NFC');
  if (!isName(name))
    throw new ClientError(
      'usage',
      `"${target}" cannot be a name: up to 32 letters, digits and . _ -, as in @bob, or a room, as in ${LOBBY}`,
    );
  return `@${name}`;
}

/**
 * The words of a command line as one text.
 * @throws ClientError 'usage' for what was no UTF-8: all that is left of it is U+FFFD, which nobody types
 */
export function joinWords(words: readonly string[]): string {
  const text = words.join(' ');
  if (text.includes('\ufffd'))
    throw new ClientError('usage', 'the text is not UTF-8; if U+FFFD is what you mean, give it on standard input');
  return text;
}

/** @throws ClientError 'usage' when a message may not hold `text`. */
export function checkText(text: string): void {
  const size = Buffer.byteLength(text);
  if (text.trim() === '')
    throw new ClientError('usage', 'there is no text to send; give it as an argument or on standard input');
  if (!text.isWellFormed())
    throw new ClientError('usage', 'the text is not valid Unicode; send it as a file: securechat upload');
  if (size > MAX_TEXT_BYTES)
    throw new ClientError(
      'usage',
      `the text has ${size} bytes, ${MAX_TEXT_BYTES} at most fit into a message; send it as a file: securechat upload`,
    );
}

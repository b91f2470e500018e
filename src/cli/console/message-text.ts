/** The text of a message to send: read from standard input or the command line, and checked. */
import { ClientError } from '../../client/errors.ts';
import { MAX_TEXT_BYTES } from '../../protocol/base/safe-text.ts';

/**
 * Reads standard input as one text, without one final newline. It stops reading at twice the maximum size of a message.
 * @throws ClientError 'usage' if the text is not UTF-8 or too long
 */
export async function readText(input: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of input) {
    parts.push(part);
    size += part.length;
    if (size > 2 * MAX_TEXT_BYTES)
      throw new ClientError(
        'usage',
        `the text has more than ${MAX_TEXT_BYTES} bytes; send it as a file: securechat upload`,
      );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(Buffer.concat(parts))
      .replace(/\r?\n$/, '');
  } catch {
    throw new ClientError('usage', 'the text on standard input is not UTF-8; send it as a file: securechat upload');
  }
}

/**
 * Joins the words of a command line to one text.
 * @throws ClientError 'usage' if it contains U+FFFD: Node replaces arguments that are not UTF-8 with it
 */
export function joinWords(words: readonly string[]): string {
  const text = words.join(' ');
  if (text.includes('\ufffd'))
    throw new ClientError('usage', 'the text is not UTF-8; to send U+FFFD itself, use standard input');
  return text;
}

/** @throws ClientError 'usage' if `text` is empty, too long or not valid Unicode */
export function checkText(text: string): void {
  const size = Buffer.byteLength(text);
  if (text.trim() === '')
    throw new ClientError('usage', 'there is no text to send; give it as an argument or on standard input');
  if (!text.isWellFormed())
    throw new ClientError('usage', 'the text is not valid Unicode; send it as a file: securechat upload');
  if (size > MAX_TEXT_BYTES)
    throw new ClientError(
      'usage',
      `the text has ${size} bytes, the maximum is ${MAX_TEXT_BYTES}; send it as a file: securechat upload`,
    );
}

import { ClientError } from '../../client/errors.ts';
import { MAX_TEXT_BYTES } from '../../protocol/base/text.ts';

/**
 * Standard input as one text, without its final newline. Reads no more than a message can hold and a little.
 * @throws ClientError 'usage' when it is not UTF-8
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
        `more than ${MAX_TEXT_BYTES} bytes do not fit into a message; send a file: securechat upload`,
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

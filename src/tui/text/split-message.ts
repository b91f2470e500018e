/** Splits a text that is longer than one message. */
import { MAX_TEXT_BYTES } from '../../protocol/base/safe-text.ts';

/** The start of `text` that fits one message, cut after a line where possible, else between characters; and the rest. */
export function firstPart(text: string): [part: string, rest: string] {
  if (Buffer.byteLength(text) <= MAX_TEXT_BYTES) return [text, ''];
  let end = 0;
  let bytes = 0;
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > MAX_TEXT_BYTES) break;
    end += letter.length;
  }
  const line = text.lastIndexOf('\n', end);
  const cut = line > end / 2 ? line : end;
  return [text.slice(0, cut), text.slice(cut).replace(/^\n/, '')];
}

/** The messages that `text` becomes. */
export function parts(text: string): string[] {
  const all: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [part, left] = firstPart(rest);
    all.push(part);
    rest = left;
  }
  return all;
}

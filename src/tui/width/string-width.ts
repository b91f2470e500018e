/**
 * Caches string-width and applies the learned widths; it replaces string-width when the screen is bundled (scripts/bundle.ts).
 * Ink measures every text of every frame, and most of a frame is unchanged.
 */
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { cellsOf, widthsVersion } from './cluster-widths.ts';
import { memoize } from './width-cache.ts';

const plain = (text: string) => stringWidth(text);
let remembered = memoize(counted);
let learnt = widthsVersion();

function counted(text: string): number {
  return cellsOf(text.includes('\u001b') ? stripVTControlCharacters(text) : text, plain);
}

/** The width of `text` in cells. Calls with options are rare and go to string-width itself. */
export default function width(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  if (options !== undefined) return stringWidth(text, options);
  if (learnt !== widthsVersion()) {
    learnt = widthsVersion();
    remembered = memoize(counted);
  }
  return remembered(text);
}

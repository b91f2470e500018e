/**
 * string-width with a memory and with what was learned of the terminal, in its place when the screen is bundled
 * (scripts/bundle.ts): Ink measures every text of every frame anew, and most of a frame is what stood there before.
 */
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { cellsOf, lesson } from './cluster-widths.ts';
import { remember } from './width-cache.ts';

const plain = (text: string) => stringWidth(text);
let remembered = remember(counted);
let learnt = lesson();

function counted(text: string): number {
  return cellsOf(text.includes('\u001b') ? stripVTControlCharacters(text) : text, plain);
}

/** Cells that `text` takes up. Options are rare and asked of string-width itself. */
export default function width(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  if (options !== undefined) return stringWidth(text, options);
  if (learnt !== lesson()) {
    learnt = lesson();
    remembered = remember(counted);
  }
  return remembered(text);
}

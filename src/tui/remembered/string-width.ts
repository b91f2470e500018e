/**
 * string-width with a memory, in its place when the screen is bundled (scripts/bundle.ts): Ink measures every text of every
 * frame anew, and most of a frame is what stood there before.
 */
import stringWidth from 'string-width';
import { remember } from './remember.ts';

const remembered = remember((text: string) => stringWidth(text));

/** Cells that `text` takes up. Options are rare and asked of string-width itself. */
export default function width(text: string, options?: Parameters<typeof stringWidth>[1]): number {
  return options === undefined ? remembered(text) : stringWidth(text, options);
}

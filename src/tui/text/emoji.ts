/** What may be a reaction: one emoji, or its short name between colons. */
import { isEmoji, printable } from '../../protocol/base/text.ts';
import { cut } from '../width/measure.ts';
import { nearestWord } from './edit-distance.ts';

/** Cells of a reaction that is shown: an emoji has two, a word of another program what there is. */
const SHOWN = 8;
/** Names that are offered in place of one that there is not. */
const NEAR = 3;

/** The emoji that `word` is or names; null, and short names like it, when there is none. The table is loaded when a name is asked for. */
export async function emojiFor(word: string): Promise<{ emoji: string | null; near: string[] }> {
  if (isEmoji(word)) return { emoji: word, near: [] };
  const { nameToEmoji } = await import('gemoji');
  const wanted = word.toLowerCase().replace(/^:|:$/g, '');
  if (word.startsWith(':') && Object.hasOwn(nameToEmoji, wanted))
    return { emoji: nameToEmoji[wanted] ?? null, near: [] };
  if (!/^[\w+-]+$/.test(wanted)) return { emoji: null, near: [] };
  const names = Object.keys(nameToEmoji);
  const longer = names.filter((name) => name.startsWith(wanted)).sort((a, b) => a.length - b.length);
  const near = [...new Set([...longer, ...nearestWord(wanted, names)])];
  return { emoji: null, near: near.slice(0, NEAR).map((name) => `:${name}:`) };
}

/** A reaction as it may be drawn and said. What it is, is told by the emoji itself: two may look the same. */
export function shownReaction(emoji: string): string {
  return cut(printable(emoji), SHOWN);
}

/** Reads reactions: one emoji, or its short name between colons. */
import { isEmoji, printable } from '../../protocol/base/safe-text.ts';
import { cut } from '../width/measure.ts';
import { nearestWord } from './edit-distance.ts';

/** Most cells of a drawn reaction: an emoji has two, but another client may send a word. */
const SHOWN = 8;
/** How many similar names are suggested. */
const NEAR = 3;

/**
 * The emoji that `word` is or names; null, with similar short names, when there is none. The table is loaded at the first name.
 */
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

/** A reaction as it is drawn and printed. Two different ones may look the same, so compare the reactions themselves. */
export function shownReaction(emoji: string): string {
  return cut(printable(emoji), SHOWN);
}

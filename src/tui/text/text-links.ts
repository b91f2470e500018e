/** Links and emoji, looked up when they are asked for. */
import { LinkifyIt } from 'linkify-it';

let linkify: LinkifyIt | null = null;

/** Addresses of the web and of mail in `text`, as they are written. */
export function findLinks(text: string): string[] {
  linkify ??= new LinkifyIt();
  return (linkify.match(text) ?? []).map((match) => match.url);
}

/** Where in `text` (UTF-16 units) such addresses stand. */
export function linkRanges(text: string): { start: number; end: number }[] {
  // No address is without one of these, and most texts are.
  if (!/[.:@]/.test(text)) return [];
  linkify ??= new LinkifyIt();
  return (linkify.match(text) ?? []).map(({ index, lastIndex }) => ({ start: index, end: lastIndex }));
}

/** Emoji whose short names begin with `prefix`, the shortest names first, 20 at most. The table is loaded at the first use. */
export async function findEmoji(prefix: string): Promise<string[]> {
  const { nameToEmoji } = await import('gemoji');
  const low = prefix.toLowerCase();
  return Object.keys(nameToEmoji)
    .filter((name) => name.startsWith(low))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, 20)
    .map((name) => nameToEmoji[name] ?? '')
    .filter((emoji) => emoji !== '');
}

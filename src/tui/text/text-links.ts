/** Finds links in texts, and emoji by name. Tables are loaded at the first use. */
import { LinkifyIt } from 'linkify-it';

let linkify: LinkifyIt | null = null;

/** The web and mail addresses in `text`, as URLs. */
export function findLinks(text: string): string[] {
  linkify ??= new LinkifyIt();
  return (linkify.match(text) ?? []).map((match) => match.url);
}

/** The ranges of such addresses in `text`, in UTF-16 units. */
export function linkRanges(text: string): { start: number; end: number }[] {
  // Every address contains one of these; most texts do not.
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

/** Links and emoji, looked up when they are asked for. */
import { LinkifyIt } from 'linkify-it';

let linkify: LinkifyIt | null = null;

/** Addresses of the web and of mail in `text`, as they are written. */
export function findLinks(text: string): string[] {
  linkify ??= new LinkifyIt();
  return (linkify.match(text) ?? []).map((match) => match.url);
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

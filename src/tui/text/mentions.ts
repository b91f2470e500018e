/** Is somebody named in a room: `@bob` as a word of its own, in any case. */
import type { Message } from '../../client/types.ts';
import type { Line } from '../width/measure.ts';

const patterns = new Map<string, RegExp>();

/** A name is letters, digits, `.`, `_` and `-` (protocol/text.ts): of them a pattern takes only the dot for something else. */
function patternOf(name: string): RegExp {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`(?<![\\p{L}\\p{N}_@])@${name.replaceAll('.', '\\.')}(?![\\p{L}\\p{N}_-])`, 'giu');
    patterns.set(name, pattern);
  }
  return pattern;
}

/** Where in `text` (UTF-16 units) `name` is named, with its sign. */
export function nameRanges(text: string, name: string): Line[] {
  if (!text.includes('@')) return [];
  return Array.from(text.matchAll(patternOf(name)), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export function names(text: string, name: string): boolean {
  return nameRanges(text, name).length > 0;
}

/** Does somebody else name `me` in a room with it? */
export function mentions({ to, from, body, deleted }: Message, me: string): boolean {
  return to === null && from !== me && !deleted && body.kind !== 'file' && names(body.text, me);
}

/**
 * The place of the newest message in which somebody else, who is not `blocked`, names `me` in a room; `known` when there is
 * none after it.
 */
export function mentionAt(
  messages: readonly Message[],
  me: string,
  { known, blocked }: { known: number; blocked: ReadonlySet<string> },
): number {
  return messages.reduce(
    (newest, message) =>
      !blocked.has(message.from) && mentions(message, me) ? Math.max(newest, message.seq ?? 0) : newest,
    known,
  );
}

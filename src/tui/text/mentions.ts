/** Finds mentions in rooms: `@bob` as a word of its own, in any case. */
import type { Message } from '../../client/types.ts';
import type { Line } from '../width/measure.ts';

const patterns = new Map<string, RegExp>();

/** Names hold letters, digits, `.`, `_` and `-` (protocol/base/safe-text.ts): only the dot needs an escape in a pattern. */
function patternOf(name: string): RegExp {
  let pattern = patterns.get(name);
  if (pattern === undefined) {
    pattern = new RegExp(`(?<![\\p{L}\\p{N}_@])@${name.replaceAll('.', '\\.')}(?![\\p{L}\\p{N}_-])`, 'giu');
    patterns.set(name, pattern);
  }
  return pattern;
}

/** The ranges of `@name` in `text`, in UTF-16 units. */
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

/** Whether the message is another person's and names `me` in a room. */
export function mentions({ to, from, body, deleted }: Message, me: string): boolean {
  return to === null && from !== me && !deleted && body.kind !== 'file' && names(body.text, me);
}

/** The seq of the newest message that names `me`, without those of `blocked` people; `known` when there is none after it. */
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

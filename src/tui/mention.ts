/** Is somebody named in a room: `@bob` as a word of its own. */
import type { Message } from './client/types.ts';

export function names(text: string, name: string): boolean {
  const at = `@${name}`.toLowerCase();
  const low = text.toLowerCase();
  for (let i = low.indexOf(at); i >= 0; i = low.indexOf(at, i + 1)) {
    const [before, after] = [low.slice(0, i).at(-1) ?? ' ', low.slice(i + at.length)];
    if (!/[\p{L}\p{N}_@]/u.test(before) && !/^[\p{L}\p{N}_-]/u.test(after)) return true;
  }
  return false;
}

/** The place of the newest message in which somebody else names `me` in a room; `known` when there is none after it. */
export function mentionAt(messages: readonly Message[], me: string, known: number): number {
  return messages.reduce((newest, { to, from, body, seq, deleted }) => {
    const said = to === null && from !== me && !deleted && body.kind !== 'file' && names(body.text, me);
    return said ? Math.max(newest, seq ?? 0) : newest;
  }, known);
}

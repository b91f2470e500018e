/** What happened on the screen, for finding a mistake: a JSON line an event, without what anybody wrote. */
import type { Timed } from '../state/event.ts';
import type { State } from '../state/state.ts';

/**
 * The fields whose strings stay: words of this program, and names and ids, by which a replay tells one from another. In all
 * others letters become x; spaces, line ends and lengths stay. `person.name` is a name in what stands under `person`; the event
 * itself stands under ''.
 */
const open: ReadonlySet<string> = new Set([
  '.type',
  'news.type',
  'edit',
  'move',
  'focus',
  'action',
  'theme',
  'tone',
  'kind',
  'of',
  'pane',
  'ask',
  'do',
  'state',
  'code',
  'loaded',
  'direction',
  'gap.reason',
  'gaps.reason',
  'conversation',
  'id',
  'from',
  'author',
  'to',
  'key',
  'selected',
  'muted',
  'blocked',
  'reactions',
  '.name',
  'news.name',
  'me.name',
  'people.name',
  'conversation.name',
  'conversations.name',
  'overlay.name',
]);

/** @returns null for what is not recorded at all: everything before the chat, and typing into a masked field */
export function recordOf(event: Timed, state: State): string | null {
  if (state.screen.name !== 'chat' && event.type !== 'entered') return null;
  if (state.overlay?.kind === 'passwd' || (event.type === 'overlay' && event.overlay?.kind === 'passwd')) return null;
  return JSON.stringify(redacted(event, '', ''));
}

/** `value` of the field `key` of what stands under `parent`. */
function redacted(value: unknown, key: string, parent: string): unknown {
  if (typeof value === 'string')
    return open.has(key) || open.has(`${parent}.${key}`) ? value : value.replace(/\S/gu, 'x');
  if (Array.isArray(value)) return value.map((item) => redacted(item, key, parent));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  // What was reacted with is a key here; as wide as an emoji.
  if (key === 'reactions')
    return Object.fromEntries(fields.map(([, names], i) => [`x${i}`, redacted(names, key, parent)]));
  return Object.fromEntries(fields.map(([field, item]) => [field, redacted(item, field, key)]));
}

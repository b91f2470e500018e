/** What happened on the screen, for finding a mistake: a JSON line an event, without what anybody wrote. */
import type { Timed } from './event.ts';
import type { State } from './state.ts';

/** Fields that hold words of people, paths or secrets. Their letters become x; spaces, line ends and lengths stay. */
const secret = new Set([
  'text',
  'before',
  'after',
  'head',
  'words',
  'lines',
  'note',
  'reason',
  'error',
  'digits',
  'drafts',
  'folder',
  'links',
]);

/** @returns null for what is not recorded at all: everything before the chat, and typing into a masked field */
export function recordOf(event: Timed, state: State): string | null {
  if (state.screen.name !== 'chat' && event.type !== 'entered') return null;
  if (state.overlay?.kind === 'passwd' || (event.type === 'overlay' && event.overlay?.kind === 'passwd')) return null;
  return JSON.stringify(redacted(event, false));
}

function redacted(value: unknown, hide: boolean): unknown {
  if (typeof value === 'string') return hide ? value.replace(/[^\s]/gu, 'x') : value;
  if (Array.isArray(value)) return value.map((item) => redacted(item, hide));
  if (typeof value !== 'object' || value === null) return value;
  const isFile = 'sha256' in value || 'direction' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      redacted(item, hide || secret.has(key) || (isFile && key === 'name')),
    ]),
  );
}

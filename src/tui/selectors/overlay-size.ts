/** The size of an overlay and of its contents. Pure. Cells. */
import { textOf } from '../state/editor.ts';
import { chatOf } from '../state/focus.ts';
import { keyHelp } from '../state/keys.ts';
import type { Chat, Overlay, State } from '../state/state.ts';
import { fill, width, wrap } from '../width/measure.ts';
import { destinations, picked, searchHits } from './search.ts';
import { transferLines } from './transfer-lines.ts';

/** The number of an overlay's rows, and the number that it has room for. */
export function overlaySize(state: State): { count: number; room: number } {
  const { overlay } = state;
  const chat = chatOf(state);
  const room = overlayRoom(state.size.rows);
  if (overlay === null) return { count: 0, room };
  if (overlay.kind === 'help' || overlay.kind === 'page')
    return { count: pageLines(overlay, overlayColumns(overlay, state.size.columns) - 4, chat).length, room };
  if (overlay.kind === 'links') return { count: overlay.links.length, room };
  if (overlay.kind === 'picker') return { count: picked(overlay).length, room };
  if (chat !== null && overlay.kind === 'switcher')
    return { count: destinations(chat, textOf(overlay.query)).length, room };
  if (chat !== null && overlay.kind === 'search')
    return { count: searchHits(chat, textOf(overlay.query)).length, room };
  return { count: 0, room };
}

/** The width of an overlay with its frame. */
export function overlayColumns(overlay: Overlay, columns: number): number {
  if (overlay.kind !== 'help' && overlay.kind !== 'page') return Math.min(columns - 4, 76);
  // Keep a link or a path on one line where the window is wide enough, so that it can be copied.
  const words = overlay.kind === 'page' ? overlay.lines.filter((line) => !line.includes(' ')) : [];
  const wanted = Math.max(0, ...words.map((word) => width(word) + 4));
  return wanted > 92 ? Math.min(columns, wanted) : Math.min(columns - 4, 92);
}

/** The inside of a pane that is shown over the others, at its own side of the screen. */
export function overPane(pane: 'people' | 'files', { columns, rows }: { columns: number; rows: number }) {
  const wide = Math.min(36, columns - 10);
  return { left: pane === 'people' ? 1 : columns - wide, top: 2, columns: wide - 1, rows: rows - 5 };
}

/** The lines of help or of a page, wrapped to `columns` cells below their own column. */
export function pageLines(overlay: Extract<Overlay, { top: number }>, columns: number, chat: Chat | null): string[] {
  const lines =
    overlay.kind === 'page'
      ? overlay.of === 'transfers' && chat !== null
        ? transferLines(chat)
        : overlay.lines
      : keyHelp(overlay.form).map(
          ({ keys, help, command }) => `${fill(keys, 23)}  ${help}${command === '' ? '' : `  ${command}`}`,
        );
  return lines.flatMap((line) => (width(line) <= columns ? [line] : hanging(line, columns)));
}

function hanging(line: string, columns: number): string[] {
  const indent = /^.* {2}(?=\S)/.exec(line.slice(0, Math.floor((columns * 2) / 3)))?.[0].length ?? 0;
  const rest = line.slice(indent);
  return wrap(rest, columns - indent).map(
    ({ start, end }, index) =>
      (index === 0 ? line.slice(0, indent) : ' '.repeat(indent)) + rest.slice(start, end).trimEnd(),
  );
}

/** Rows inside an overlay's frame, without its title, field and foot. */
export function overlayRoom(rows: number): number {
  return Math.max(3, Math.min(24, rows - 8));
}

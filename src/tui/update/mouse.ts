/** Clicks and the wheel: finds what is under the pointer and acts on it. */

import { viewOf } from '../messages/viewport.ts';
import { filesLook, filesShown } from '../selectors/file-rows.ts';
import { overPane } from '../selectors/overlay-size.ts';
import { layoutFor, lookOf, peopleShown, type Shown } from '../selectors/selectors.ts';
import { chatOf, openThread, withChat, withThread } from '../state/focus.ts';
import type { Chat, State } from '../state/state.ts';
import { navigate, scroll } from './navigation.ts';

/** Rows per step of the wheel. */
const STEP = 3;

type Pointed = { action: 'press' | 'up' | 'down'; x: number; y: number };
/** `row` counts from the first row of the pane. */
type Place =
  | { pane: 'people' | 'files'; row: number; columns: number; rows: number }
  | { pane: 'messages'; row: number }
  | { pane: 'composer' };

/** `open` opens a conversation that is clicked. */
export function applyMouse(
  state: State,
  { action, x, y }: Pointed,
  open: (state: State, name: Chat['open']) => State,
): State {
  if (state.overlay !== null && state.overlay.kind !== 'pane')
    return action === 'press' ? state : navigate(state, action === 'up' ? 'lines-up' : 'lines-down');
  const place = placeAt(state, x, y);
  if (place === null || chatOf(state) === null) return state;
  if (action !== 'press') return wheel(state, place, action === 'up' ? -STEP : STEP);
  switch (place.pane) {
    case 'people': {
      const name = peopleShown(state, place.rows).rows[place.row]?.item?.name;
      return name === undefined ? state : open(state, name);
    }
    case 'files': {
      const selectedFile = filesShown(filesLook(state), place.columns, place.rows).rows[place.row]?.id;
      if (selectedFile === undefined) return state;
      const focused: State = state.overlay === null ? { ...state, focus: 'files' } : state;
      return withChat(focused, (chat) => ({ ...chat, selectedFile, wheeled: { ...chat.wheeled, files: 0 } }));
    }
    case 'messages':
      return choose(state, place.row);
    case 'composer':
      return { ...state, focus: 'composer' };
  }
}

function placeAt(state: State, x: number, y: number): Place | null {
  const { overlay, bare } = state;
  const layout = layoutFor(state);
  if (layout.tooSmall) return null;
  if (overlay?.kind === 'pane') {
    const { left, top, columns, rows } = overPane(overlay.pane, layout);
    const inside = x >= left && x < left + columns && y >= top && y < top + rows;
    return inside ? { pane: overlay.pane, row: y - top, columns, rows } : null;
  }
  // The header and its rule above the panes, another rule below.
  const top = bare ? 0 : 2;
  const composer = top + layout.body + (bare ? 0 : 1);
  if (y >= composer && y < composer + layout.composer) return { pane: 'composer' };
  const row = y - top;
  const rows = layout.body;
  if (row < 0 || row >= rows) return null;
  if (x < layout.people) return { pane: 'people', row, columns: layout.people, rows };
  const files = layout.columns - layout.files;
  if (x >= files) return { pane: 'files', row, columns: layout.files, rows };
  const messages = layout.people > 0 ? layout.people + 1 : 0;
  return x >= messages && x < messages + layout.messages ? { pane: 'messages', row } : null;
}

function wheel(state: State, place: Place, by: number): State {
  if (place.pane === 'messages' || place.pane === 'composer') return scroll(state, by < 0 ? 'lines-up' : 'lines-down');
  const { pane, columns, rows } = place;
  const { first, still, total }: Shown<unknown> =
    pane === 'people' ? peopleShown(state, rows) : filesShown(filesLook(state), columns, rows);
  const to = Math.max(0, Math.min(first + by, total - rows)) - still;
  return withChat(state, (chat) => ({ ...chat, wheeled: { ...chat.wheeled, [pane]: to } }));
}

function choose(state: State, row: number): State {
  const { look, height } = lookOf(state);
  return withChat({ ...state, focus: 'messages' }, (chat) => {
    const thread = openThread(chat);
    const { rows } = viewOf(thread, look, height);
    const key = rows[row - (height - (thread.anchor === null ? 0 : 1) - rows.length)]?.key;
    return key === undefined ? chat : withThread(chat, { ...thread, selected: key });
  });
}

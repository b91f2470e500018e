/** Moves: of the selection, the window over the messages, or the focus. */

import { anchorAt, neighbour, scrolled, shownKey, type View, viewOf } from '../messages/viewport.ts';
import { composerColumns, composerTarget } from '../selectors/composer-target.ts';
import { overlaySize } from '../selectors/overlay-size.ts';
import { fileAt, filesOf, layoutFor, lookOf, peopleOf, personAt, unmoved } from '../selectors/selectors.ts';
import { emptyEditor, moveLine } from '../state/editor.ts';
import type { MoveName } from '../state/event.ts';
import { chatOf, openThread, paneOf, withChat, withThread } from '../state/focus.ts';
import { fileKey } from '../state/message-list.ts';
import { countAfter, lastSeenSeq } from '../state/read-position.ts';
import { isStashed, restoreDraft } from '../state/stashed-draft.ts';
import type { Chat, Focus, Overlay, State, Thread } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import { retriable } from './loaded-messages.ts';

const steps: Partial<Record<MoveName, number>> = {
  up: -1,
  down: 1,
  'page-up': -10,
  'page-down': 10,
  'lines-up': -3,
  'lines-down': 3,
};

export function navigate(state: State, name: MoveName): State {
  switch (name) {
    case 'help':
      return { ...state, overlay: state.overlay?.kind === 'help' ? null : helpOf(state) };
    case 'switcher':
      return { ...state, overlay: { kind: 'switcher', query: emptyEditor, selected: 0 } };
    case 'search':
      return { ...state, overlay: { kind: 'search', query: emptyEditor, selected: 0 } };
    case 'bare':
      return {
        ...state,
        bare: !state.bare,
        focus: 'composer',
        overlay: null,
        notice: state.bare ? state.notice : { text: strings.notices.bare, tone: 'info' },
      };
    case 'back':
      return back(state);
    case 'show-people':
      return showPane(state, 'people');
    case 'show-files':
      return showPane(state, 'files');
    case 'next-pane':
      return nextPane(state, 1);
    case 'previous-pane':
      return nextPane(state, -1);
    case 'next-field':
      return nextField(state, 1);
    case 'previous-field':
      return nextField(state, -1);
    case 'toggle-making':
      return toggleMaking(state);
    default:
      return shift(state, name);
  }
}

function helpOf(state: State): Overlay {
  return { kind: 'help', top: 0, ...(state.screen.name === 'login' && { form: true }) };
}

/** Esc closes the overlay, then focuses the composer, then shows the newest message. */
function back(state: State): State {
  if (state.overlay !== null) return { ...state, overlay: null };
  if (state.screen.name === 'login') {
    const { login } = state.screen;
    if (login.busy !== null || login.step === 'server') return state;
    return { ...state, screen: { name: 'login', login: { ...login, step: 'server', active: 'server', errors: {} } } };
  }
  return stepBack(withChat(state, (chat) => withThread(chat, { ...openThread(chat), selected: null })));
}

/** Esc in the chat without an overlay. The selection is cleared by then. */
function stepBack(state: State): State {
  if (state.bare) return { ...state, bare: false, notice: null };
  if (state.focus !== 'composer') return { ...state, focus: 'composer', notice: null };
  if (state.notice !== null) return { ...state, notice: null };
  return withChat(state, (chat) => {
    const thread = openThread(chat);
    if (chat.completion !== null) return { ...chat, completion: null };
    if (isStashed(thread)) return withThread(chat, restoreDraft(thread));
    return withThread(chat, { ...thread, anchor: null, below: 0, locatingUnread: false });
  });
}

function showPane(state: State, pane: 'people' | 'files'): State {
  if (layoutFor(state)[pane] > 0) return { ...state, overlay: null, focus: state.focus === pane ? 'composer' : pane };
  const shown = state.overlay?.kind === 'pane' && state.overlay.pane === pane;
  return { ...state, bare: false, overlay: shown ? null : { kind: 'pane', pane } };
}

function nextPane(state: State, by: 1 | -1): State {
  const layout = layoutFor(state);
  const panes: Focus[] = ['composer', 'people', 'messages', 'files'];
  const shown = panes.filter((pane) => pane === 'composer' || layout[pane] > 0);
  const next = shown[(shown.indexOf(state.focus) + by + shown.length) % shown.length] ?? 'composer';
  return { ...state, focus: next, overlay: null };
}

function nextField(state: State, by: 1 | -1): State {
  if (state.overlay?.kind === 'secrets') {
    const { active, fields } = state.overlay;
    return { ...state, overlay: { ...state.overlay, active: (active + by + fields.length) % fields.length } };
  }
  if (state.overlay !== null) return shift(state, by === 1 ? 'down' : 'up');
  if (state.screen.name !== 'login' || state.screen.login.step !== 'account') return state;
  const { login } = state.screen;
  const fields = login.making ? (['name', 'password', 'repeat', 'invite'] as const) : (['name', 'password'] as const);
  const at = (fields as readonly string[]).indexOf(login.active);
  const active = fields[(at + by + fields.length) % fields.length] ?? 'name';
  return { ...state, screen: { name: 'login', login: { ...login, active } } };
}

function toggleMaking(state: State): State {
  if (state.screen.name !== 'login' || state.screen.login.busy !== null) return state;
  const { login } = state.screen;
  const active = login.active === 'repeat' || login.active === 'invite' ? 'password' : login.active;
  return { ...state, screen: { name: 'login', login: { ...login, making: !login.making, active, errors: {} } } };
}

/**
 * While a pane has the focus, its selection is kept by name when the list changes. When the focus leaves, the pane starts anew.
 */
export function keepSelection(state: State): State {
  const chat = chatOf(state);
  if (chat === null) return state;
  const pane = paneOf(state);
  const selectedPerson = pane === 'people' ? (peopleOf(chat)[personAt(chat)]?.name ?? null) : null;
  const selectedFile = pane === 'files' ? keyAt(filesOf(chat), fileAt(chat)) : null;
  if (chat.selectedPerson === selectedPerson && chat.selectedFile === selectedFile) return state;
  return withChat(state, () => ({ ...chat, selectedPerson, selectedFile, wheeled: unmoved }));
}

/**
 * After a resize, no hidden pane has the focus. A pane that lost its room is shown over the others, and moves back when there is
 * room.
 */
export function refit(state: State): State {
  const layout = layoutFor(state);
  const pane = paneOf(state);
  if (pane !== 'people' && pane !== 'files') return state;
  if (layout.tooSmall)
    return { ...state, focus: 'composer', overlay: state.overlay?.kind === 'pane' ? null : state.overlay };
  if (state.overlay?.kind === 'pane') return layout[pane] > 0 ? { ...state, focus: pane, overlay: null } : state;
  if (layout[pane] > 0) return state;
  return { ...state, focus: 'composer', overlay: state.overlay ?? { kind: 'pane', pane } };
}

/** Moves up, down, a page, to the first or last, in whatever has the focus. */
function shift(state: State, name: MoveName): State {
  if (state.overlay !== null && state.overlay.kind !== 'pane')
    return { ...state, overlay: shiftOverlay(state, state.overlay, name) };
  const pane = paneOf(state);
  const to = (at: number, count: number) =>
    Math.max(0, Math.min(count - 1, name === 'oldest' ? 0 : name === 'newest' ? count - 1 : at + (steps[name] ?? 0)));
  if (pane === 'people')
    return withChat(state, (chat) => {
      const list = peopleOf(chat);
      return { ...chat, selectedPerson: list[to(personAt(chat), list.length)]?.name ?? null };
    });
  if (pane === 'files')
    return withChat(state, (chat) => {
      const list = filesOf(chat);
      return { ...chat, selectedFile: keyAt(list, to(fileAt(chat), list.length)) };
    });
  if (pane === 'composer' && (name === 'up' || name === 'down')) return recall(state, name === 'up' ? -1 : 1);
  if (pane === 'messages' && (name === 'up' || name === 'down')) return select(state, name === 'up' ? -1 : 1);
  return scroll(state, name);
}

function shiftOverlay(state: State, overlay: Overlay, name: MoveName): Overlay {
  const { count, room } = overlaySize(state);
  const page = { 'page-up': 1 - room, 'page-down': room - 1, oldest: -1e6, newest: 1e6 }[name as string];
  const by = page ?? steps[name] ?? 0;
  if ('top' in overlay) return { ...overlay, top: Math.max(0, Math.min(count - room, overlay.top + by)) };
  if ('selected' in overlay) return { ...overlay, selected: Math.max(0, Math.min(count - 1, overlay.selected + by)) };
  return overlay;
}

/** Scrolls the window over the messages. */
export function scroll(state: State, name: MoveName): State {
  const { look, height } = lookOf(state);
  const page = Math.max(1, height - 2);
  const by = { 'page-up': -page, 'lines-up': -3, 'lines-down': 3 }[name as string] ?? page;
  return withChat(state, (chat) => {
    const isUp = name === 'oldest' || by < 0;
    const thread = isUp ? retriable(openThread(chat)) : openThread(chat);
    const anchor = name === 'newest' ? null : scrolled(thread, look, height, name === 'oldest' ? -1_000_000_000 : by);
    const moved = { ...thread, seeking: false, anchor };
    const { rows } = viewOf(moved, look, height);
    const selected = selectedIn(moved, rows, name, paneOf(state) === 'messages');
    return withThread(chat, { ...moved, selected, below: left(moved, chat) });
  });
}

/**
 * Keys act only on visible messages: the selection moves along with the window in the messages pane, and is cleared elsewhere.
 */
function selectedIn({ selected }: Thread, rows: View['rows'], name: MoveName, hasKeys: boolean): string | null {
  const isSeen = rows.some(({ key }) => key === selected);
  const isEnd = name === 'oldest' || name === 'newest';
  if (selected === null || (isSeen && !(hasKeys && isEnd))) return selected;
  if (!hasKeys) return null;
  const atTop = name === 'oldest' || name === 'page-down' || name === 'lines-down';
  return (atTop ? rows[0] : rows.at(-1))?.key ?? null;
}

/** How many messages below the window are still below it. */
function left(thread: Thread, chat: Chat): number {
  if (thread.cut) return thread.below;
  return thread.anchor === null || thread.below === 0
    ? 0
    : Math.min(thread.below, countAfter(thread, lastSeenSeq(thread), chat));
}

/** Selects the message above or below, and scrolls to it. */
function select(state: State, by: -1 | 1): State {
  const { look, height } = lookOf(state);
  return withChat(state, (chat) => {
    const thread = openThread(chat);
    const view = viewOf(thread, look, height);
    const from = thread.selected === null ? null : shownKey(thread, look, thread.selected);
    const key = from === null ? view.rows.at(-1)?.key : neighbour(thread, look, from, by);
    if (key == null) return chat;
    const seen = view.rows.filter((row) => row.key === key).length;
    const anchor = seen > 0 && view.rows[0]?.key !== key ? thread.anchor : anchorAt(thread, look, height, key);
    return withThread(chat, {
      ...thread,
      locatingUnread: false,
      selected: key,
      anchor,
      below: left({ ...thread, anchor }, chat),
    });
  });
}

/** Up and Down in the composer: through the lines of the draft, then through sent lines. */
function recall(state: State, by: -1 | 1): State {
  return withChat(state, (chat) => {
    const thread = openThread(chat);
    const aim = composerTarget(state);
    const moved = aim === null ? null : moveLine(thread.draft, by, composerColumns(aim, state.size.columns));
    if (moved !== null) return withThread(chat, { ...thread, draft: moved });
    const recalled = thread.recalled - by;
    if (recalled < 0 || recalled > thread.sent.length) return chat;
    const text = thread.sent.at(-recalled) ?? '';
    const done = { ...chat, completion: null };
    return withThread(done, {
      ...thread,
      recalled,
      unsent: thread.recalled === 0 ? thread.draft : thread.unsent,
      draft: recalled === 0 ? thread.unsent : { before: text, after: '' },
    });
  });
}

function keyAt(list: ReturnType<typeof filesOf>, at: number): string | null {
  const listed = list[at];
  return listed === undefined ? null : fileKey(listed.file);
}

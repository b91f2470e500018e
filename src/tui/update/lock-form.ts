/** The form that covers the screen while it is locked: every key goes to it and nowhere else. */
import { type Editor, edits, insert, textOf } from '../state/editor.ts';
import type { Event } from '../state/event.ts';
import { MAX_DRAFT, pastedText, typeable } from '../state/focus.ts';
import type { ScreenLock, State } from '../state/state.ts';

/** Returns the next state after an event of a key; null for events of another kind. */
export function applyToLock(state: State, lock: ScreenLock, event: Event): State | null {
  switch (event.type) {
    case 'typed':
      return change(state, lock, (field) => insert(field, typeable(event.text, true)));
    case 'pasted':
      return change(state, lock, (field) => insert(field, pastedText(event.text).replace(/\n$/, '')));
    case 'edited':
      return change(state, lock, edits[event.edit]);
    case 'yanked':
    case 'moved':
    case 'mouse':
      return state;
    default:
      return null;
  }
}

function change(state: State, lock: ScreenLock, edit: (field: Editor) => Editor): State {
  if (lock.busy) return state;
  const field = edit(lock.field);
  return textOf(field).length > MAX_DRAFT ? state : { ...state, lock: { ...lock, field, error: null } };
}

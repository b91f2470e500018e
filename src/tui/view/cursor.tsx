import { useCursor } from 'ink';
import { layoutFor } from '../selectors/selectors.ts';
import { paneOf } from '../state/focus.ts';
import type { State } from '../state/state.ts';
import { overlayPanel } from './dialogs/overlay-panel.ts';
import { cursorIn } from './elements/panel.tsx';
import { useSelect } from './elements/use-store.ts';
import { lockPanel } from './lock-screen.tsx';
import { loginPanel } from './login-screen.tsx';
import { composerCursor } from './panes/composer.tsx';

/** Puts the terminal's cursor into the field with the focus. Only this component may: of several, Ink takes the last. */
export function Cursor() {
  const at = useSelect(cursorOf);
  const { setCursorPosition } = useCursor();
  setCursorPosition(at ?? undefined);
  return null;
}

/** The cell of the cursor; null to hide it when no field has the focus. */
export function cursorOf(state: State): { x: number; y: number } | null {
  if (layoutFor(state).tooSmall) return null;
  if (state.lock !== null) return cursorIn(lockPanel(state.lock, state.size));
  const panel = overlayPanel(state) ?? (state.overlay === null ? loginPanel(state) : null);
  if (panel !== null) return cursorIn(panel);
  return paneOf(state) === 'composer' && state.overlay === null ? composerCursor(state) : null;
}

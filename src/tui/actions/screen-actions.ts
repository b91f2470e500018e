import type { ActionName } from '../state/keys.ts';
import type { Overlay } from '../state/state.ts';

/** What one screen, the login form or the chat, does with the actions of the key table. */
export type ScreenActions = {
  /** Returns false for an action that means the same on every screen. `key` is the key that was pressed. */
  run(action: ActionName, key: string): boolean;
  /** Yes to the question that is shown, over `overlay` or in the form. */
  agree(overlay: Overlay | null): void;
  /** Ctrl+C twice. */
  leave(): void;
};

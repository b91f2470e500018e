/** Actions of the login form. */

import type { Host } from '../chat/host.ts';
import type { LoginController } from '../login/login-controller.ts';
import type { ActionName } from '../state/keys.ts';
import type { Overlay } from '../state/state.ts';
import type { Store } from '../update/state-store.ts';
import type { ScreenActions } from './screen-actions.ts';

export class FormActions implements ScreenActions {
  readonly #store: Store;
  readonly #login: LoginController;
  readonly #host: Host;

  constructor({ store, login, host }: { store: Store; login: LoginController; host: Host }) {
    this.#store = store;
    this.#login = login;
    this.#host = host;
  }

  run(action: ActionName): boolean {
    const { overlay, screen } = this.#store.get();
    switch (action) {
      case 'back':
        if (overlay !== null || screen.name !== 'login') return false;
        this.#login.back();
        return true;
      case 'choose':
        this.#store.dispatch({ type: 'overlay', overlay: null });
        return true;
      case 'submit':
        void this.#login.submit();
        return true;
      case 'start-server':
        void this.#login.startServer();
        return true;
      default:
        return false;
    }
  }

  agree(overlay: Overlay | null): void {
    if (overlay === null) return void this.#login.submit();
    this.#store.dispatch({ type: 'overlay', overlay: null });
  }

  leave(): void {
    this.#host.quit();
  }
}

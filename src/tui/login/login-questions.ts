/** Questions of a login, shown over any screen. */

import type { Doubt } from '../../client/connect-types.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { Question } from '../state/question.ts';
import type { Store } from '../update/state-store.ts';

export class LoginQuestions {
  readonly #store: Store;
  #agreed: Question | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the question is answered; closing it is a no. */
  ask({ statement, question }: Doubt): Promise<boolean> {
    const asked: Question = { ask: 'doubt', statement: printable(statement), question };
    this.#store.dispatch({ type: 'asked', question: asked });
    return new Promise((answer) => {
      const stop = this.#store.subscribe(() => {
        const { overlay } = this.#store.get();
        if (overlay?.kind === 'confirm' && overlay.question === asked) return;
        stop();
        answer(this.#agreed === asked);
      });
    });
  }

  /** Answers yes. Call it before the question is closed. */
  agree(question: Question): void {
    this.#agreed = question;
  }
}

/** Runs actions one after the other, in the order of the calls. A failed action does not stop the others. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `action` after all earlier ones have ended. @returns its result; throws its error */
  run<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** Lets actions run one after the other, in the order in which they were asked for. One that fails stops only itself. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `action` once all that were asked for before have ended. @returns what it returns; throws what it throws */
  run<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

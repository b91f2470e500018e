/** All sessions, logged in or not. */
import type { Session } from './session.ts';

export class Sessions {
  readonly #sessions = new Map<number, Session>();
  #lastId = 0;

  /** A number that no session uses. */
  nextId(): number {
    do this.#lastId = (this.#lastId % 0xffffffff) + 1;
    while (this.#sessions.has(this.#lastId));
    return this.#lastId;
  }

  add(session: Session): void {
    this.#sessions.set(session.id, session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session.id);
  }

  all(): Session[] {
    return [...this.#sessions.values()];
  }

  /** The sessions of an account, whatever their state. */
  of(name: string): Session[] {
    return this.all().filter((session) => session.account?.name === name);
  }

  get size(): number {
    return this.#sessions.size;
  }
}

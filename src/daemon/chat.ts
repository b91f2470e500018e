/** Who is here, and who is told what. Has never heard of sockets: a listener is a name that can be told something. */
import { encodeEvent } from '../protocol/messages.ts';

/** One session of somebody who is logged in. */
export type Listener = { readonly name: string; tell(event: Uint8Array): void };

type Post = { seq: number; tell: () => void };

export class Chat {
  readonly #sessions = new Map<string, Set<Listener>>();
  readonly #posts = new Map<string, Post[]>();
  readonly #later: (action: () => void) => unknown;

  /** `later` runs an action after what is under way has ended; setImmediate, but for tests. */
  constructor(later: (action: () => void) => unknown = setImmediate) {
    this.#later = later;
  }

  /** Everyone else is told when this is the first session of its name. */
  join(listener: Listener): void {
    const sessions = this.#sessions.get(listener.name);
    if (sessions) {
      sessions.add(listener);
      return;
    }
    this.tell('all', encodeEvent('presence', { name: listener.name, online: true }));
    this.#sessions.set(listener.name, new Set([listener]));
  }

  /** Everyone else is told when it was the last session of its name. Leaving twice is leaving once. */
  leave(listener: Listener): void {
    const sessions = this.#sessions.get(listener.name);
    if (!sessions?.delete(listener) || sessions.size > 0) return;
    this.#sessions.delete(listener.name);
    this.tell('all', encodeEvent('presence', { name: listener.name, online: false }));
  }

  online(name: string): boolean {
    return this.#sessions.has(name);
  }

  /** Names of everyone who is here. */
  names(): string[] {
    return [...this.#sessions.keys()];
  }

  sessionsOf(name: string): readonly Listener[] {
    return [...(this.#sessions.get(name) ?? [])];
  }

  /** Gives one event, encoded once by the caller, to every session of these names but `except`. */
  tell(to: ReadonlySet<string> | 'all', event: Uint8Array, except?: Listener): void {
    for (const sessions of to === 'all' ? this.#sessions.values() : this.#of(to)) {
      for (const session of sessions) if (session !== except) session.tell(event);
    }
  }

  /** As `tell`, for one name; a method of its own because somebody may be called `all`. */
  tellOne(name: string, event: Uint8Array, except?: Listener): void {
    for (const session of this.sessionsOf(name)) if (session !== except) session.tell(event);
  }

  /**
   * Tells about a new entry once its author has been answered: `tell` runs after the answers that are under way, and in
   * each conversation in the order of seq, whichever request handler was quicker.
   * Call it without waiting for anything but the store after the store has answered.
   */
  post(conversation: Uint8Array, seq: number, tell: () => void): void {
    const key = Buffer.from(conversation).toString('latin1');
    if (this.#posts.size === 0) this.#later(() => this.#drain());
    const posts = this.#posts.get(key);
    if (posts) posts.push({ seq, tell });
    else this.#posts.set(key, [{ seq, tell }]);
  }

  #drain(): void {
    const conversations = [...this.#posts.values()];
    this.#posts.clear();
    for (const posts of conversations) {
      for (const post of posts.sort((a, b) => a.seq - b.seq)) post.tell();
    }
  }

  /** Whichever is shorter is walked: the names, or who is here. */
  *#of(names: ReadonlySet<string>): Iterable<Set<Listener>> {
    if (names.size > this.#sessions.size) {
      for (const [name, sessions] of this.#sessions) if (names.has(name)) yield sessions;
      return;
    }
    for (const name of names) {
      const sessions = this.#sessions.get(name);
      if (sessions) yield sessions;
    }
  }
}

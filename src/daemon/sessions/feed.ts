/** Who is here, and who is told what. Has never heard of sockets: a listener is a name that can be told something. */
import { encodeEvent } from '../../protocol/wire/codec.ts';

/** One session after its login. */
export type Listener = { readonly name: string; send(event: Uint8Array): void };

type Presence = { online: boolean; away: boolean };

type Post = { seq: number; deliver: () => void };

/** Runs an action after what is under way has ended. */
export type Defer = (action: () => void) => unknown;

export class Feed {
  readonly #sessions = new Map<string, Set<Listener>>();
  readonly #away = new WeakSet<Listener>();
  readonly #posts = new Map<string, Post[]>();

  /** Everyone else is told when this is the first session of its name, or the one that ends its being away. */
  join(listener: Listener): void {
    this.#change(
      listener.name,
      () => {
        const sessions = this.#sessions.get(listener.name);
        if (sessions) sessions.add(listener);
        else this.#sessions.set(listener.name, new Set([listener]));
      },
      listener,
    );
  }

  /** Everyone else is told when it was the last session of its name, or the last that was not away. Leaving twice is leaving once. */
  leave(listener: Listener): void {
    this.#change(listener.name, () => {
      const sessions = this.#sessions.get(listener.name);
      if (sessions?.delete(listener) && sessions.size === 0) this.#sessions.delete(listener.name);
    });
  }

  /** Of one session, which keeps it when it leaves and joins again. Everyone is told when it changes how the name stands. */
  setAway(listener: Listener, away: boolean): void {
    this.#change(listener.name, () => (away ? this.#away.add(listener) : this.#away.delete(listener)));
  }

  isAway(listener: Listener): boolean {
    return this.#away.has(listener);
  }

  online(name: string): boolean {
    return this.#sessions.has(name);
  }

  /** How a name stands: away is who is here with sessions that are all away. */
  presence(name: string): Presence {
    const sessions = this.#sessions.get(name);
    if (sessions === undefined) return { online: false, away: false };
    return { online: true, away: [...sessions].every((session) => this.#away.has(session)) };
  }

  /** Names of everyone who is here. */
  names(): string[] {
    return [...this.#sessions.keys()];
  }

  sessionsOf(name: string): readonly Listener[] {
    return [...(this.#sessions.get(name) ?? [])];
  }

  /** Gives one event, encoded once by the caller, to every session of these names but `except`. */
  send(to: ReadonlySet<string> | 'all', event: Uint8Array, except?: Listener): void {
    for (const sessions of to === 'all' ? this.#sessions.values() : this.#of(to)) {
      for (const session of sessions) if (session !== except) session.send(event);
    }
  }

  /** As `tell`, for one name; a method of its own because somebody may be called `all`. */
  sendTo(name: string, event: Uint8Array, except?: Listener): void {
    for (const session of this.sessionsOf(name)) if (session !== except) session.send(event);
  }

  /**
   * Tells about a new entry once its author has been answered: `deliver` runs after the answers that are under way, when `defer`
   * gives it a turn, and in each conversation in the order of seq, whichever request handler was quicker.
   * Call it without waiting for anything but the store after the store has answered.
   */
  post(conversation: Uint8Array, seq: number, deliver: () => void, defer: Defer): void {
    const key = Buffer.from(conversation).toString('latin1');
    const posts = this.#posts.get(key);
    if (posts) posts.push({ seq, deliver });
    else this.#posts.set(key, [{ seq, deliver }]);
    defer(() => this.#drain(key));
  }

  /** Tells of a name that stands otherwise after `change`; a session that comes or goes is not told of itself. */
  #change(name: string, change: () => void, except?: Listener): void {
    const before = this.presence(name);
    change();
    const now = this.presence(name);
    if (now.online === before.online && now.away === before.away) return;
    this.send('all', encodeEvent('presence', { name, ...now }), except);
  }

  /** Each post asks for a turn, and the first of a conversation tells them all. */
  #drain(key: string): void {
    const posts = this.#posts.get(key) ?? [];
    this.#posts.delete(key);
    for (const post of posts.sort((a, b) => a.seq - b.seq)) post.deliver();
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

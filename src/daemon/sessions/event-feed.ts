/**
 * Who is online, and which sessions receive an event. It knows no sockets: a listener is a name that receives events.
 */
import { encodeEvent } from '../../protocol/wire/codec.ts';

/** A logged-in session. */
export type Listener = { readonly name: string; send(event: Uint8Array): void };

type Presence = { online: boolean; away: boolean };

type Post = { seq: number; deliver: () => void };

/** Runs an action after the work in progress. */
export type Defer = (action: () => void) => unknown;

export class EventFeed {
  readonly #sessions = new Map<string, Set<Listener>>();
  readonly #away = new WeakSet<Listener>();
  readonly #posts = new Map<string, Post[]>();

  /** Adds a session. Others receive a `presence` event if the name was offline or away. */
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

  /** Removes a session, if it is there. Others receive a `presence` event if the name is now offline or away. */
  leave(listener: Listener): void {
    this.#change(listener.name, () => {
      const sessions = this.#sessions.get(listener.name);
      if (sessions?.delete(listener) && sessions.size === 0) this.#sessions.delete(listener.name);
    });
  }

  /**
   * Marks one session as away; the mark stays when it leaves and joins again. Everybody receives a `presence` event
   * when the name's presence changes.
   */
  setAway(listener: Listener, away: boolean): void {
    this.#change(listener.name, () => (away ? this.#away.add(listener) : this.#away.delete(listener)));
  }

  isAway(listener: Listener): boolean {
    return this.#away.has(listener);
  }

  online(name: string): boolean {
    return this.#sessions.has(name);
  }

  /** A name is away when it is online and all its sessions are away. */
  presence(name: string): Presence {
    const sessions = this.#sessions.get(name);
    if (sessions === undefined) return { online: false, away: false };
    return { online: true, away: [...sessions].every((session) => this.#away.has(session)) };
  }

  /** The names that are online. */
  names(): string[] {
    return [...this.#sessions.keys()];
  }

  sessionsOf(name: string): readonly Listener[] {
    return [...(this.#sessions.get(name) ?? [])];
  }

  /** Sends one event, encoded once, to every session of these names except `except`. */
  send(to: ReadonlySet<string> | 'all', event: Uint8Array, except?: Listener): void {
    for (const sessions of to === 'all' ? this.#sessions.values() : this.#of(to)) {
      for (const session of sessions) if (session !== except) session.send(event);
    }
  }

  /** As `send`, for one name, because somebody may be called `all`. */
  sendTo(name: string, event: Uint8Array, except?: Listener): void {
    for (const session of this.sessionsOf(name)) if (session !== except) session.send(event);
  }

  /**
   * Announces a new entry after its author was answered. `deliver` runs when `defer` runs it, and in each conversation
   * in order of seq, whichever handler finished first. Call it directly after the store has answered, without another
   * await.
   */
  post(conversation: Uint8Array, seq: number, deliver: () => void, defer: Defer): void {
    const key = Buffer.from(conversation).toString('latin1');
    const posts = this.#posts.get(key);
    if (posts) posts.push({ seq, deliver });
    else this.#posts.set(key, [{ seq, deliver }]);
    defer(() => this.#drain(key));
  }

  /**
   * Sends a `presence` event if `change` changed the presence of `name`; a session that joins or leaves does not
   * receive its own.
   */
  #change(name: string, change: () => void, except?: Listener): void {
    const before = this.presence(name);
    change();
    const now = this.presence(name);
    if (now.online === before.online && now.away === before.away) return;
    this.send('all', encodeEvent('presence', { name, ...now }), except);
  }

  /** Each post defers one call; the first of a conversation delivers them all. */
  #drain(key: string): void {
    const posts = this.#posts.get(key) ?? [];
    this.#posts.delete(key);
    for (const post of posts.sort((a, b) => a.seq - b.seq)) post.deliver();
  }

  /** Walks the shorter of both: the names, or the sessions. */
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

/** Connects sessions with the broadcast channels of their rooms, from login to the end of the session. */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { type Flusher, sharedFlusher } from '../../protocol/link/flusher.ts';
import { BroadcastChannel, type Subscriber } from './broadcast-channel.ts';

const KEY_BYTES = 32;

/** A logged-in session. */
export type RoomSession = Subscriber & { readonly name: string };

type Room = { channel: BroadcastChannel; names: ReadonlySet<string> };

export class Broadcasts {
  readonly #parts: { clock: Clock; random: Random; flusher: Flusher };
  readonly #rooms = new Map<string, Room>();
  readonly #present = new Map<string, Set<RoomSession>>();
  #generations = 0;

  constructor(parts: { clock: Clock; random: Random; flusher?: Flusher }) {
    this.#parts = { flusher: sharedFlusher, ...parts };
  }

  /** @param names the members, kept up to date by the caller */
  open(room: Uint8Array, names: ReadonlySet<string>): void {
    const { clock, random, flusher } = this.#parts;
    const newKey = () => ({ gen: ++this.#generations, key: random(KEY_BYTES) });
    this.#rooms.set(hex(room), { channel: new BroadcastChannel(room, { clock, flusher, newKey }), names });
  }

  /** A session has logged in. */
  enter(member: RoomSession): void {
    const sessions = this.#present.get(member.name);
    if (sessions) sessions.add(member);
    else this.#present.set(member.name, new Set([member]));
    for (const { channel, names } of this.#rooms.values()) if (names.has(member.name)) channel.add(member);
  }

  /** Removes a session from all channels without ending it, for example until it has stored its vault. */
  suspend(member: RoomSession): void {
    if (this.#forget(member)) for (const { channel } of this.#rooms.values()) channel.expel(member);
  }

  /**
   * A session has ended.
   * @param atOnce change the keys now, because it was logged out or cut; otherwise they change a little later
   */
  leave(member: RoomSession, atOnce: boolean): void {
    if (this.#forget(member)) for (const { channel } of this.#rooms.values()) channel.remove(member, atOnce);
  }

  /** `name` has joined or left the room. */
  membershipChanged(room: Uint8Array, name: string): void {
    const { channel, names } = this.#of(room);
    for (const member of this.#present.get(name) ?? []) {
      if (names.has(name)) channel.add(member);
      else channel.expel(member);
    }
  }

  /** Sends a signed room message with its envelope to everybody in the room. */
  post(room: Uint8Array, event: Uint8Array): void {
    this.#of(room).channel.post(event);
  }

  #of(room: Uint8Array): Room {
    const found = this.#rooms.get(hex(room));
    if (found === undefined) throw new Error('no such room was opened');
    return found;
  }

  #forget(member: RoomSession): boolean {
    const sessions = this.#present.get(member.name);
    if (!sessions?.delete(member)) return false;
    if (sessions.size === 0) this.#present.delete(member.name);
    return true;
  }
}

/**
 * Folder `rooms`: logs, epochs and grants of rooms; it cannot read messages and knows no sockets. This file holds all
 * rooms. So far that is the lobby, which everybody joins and only the daemon removes people from.
 */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { LOBBY } from '../../protocol/base/safe-text.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import { parseEpoch } from '../../protocol/sealed/epoch.ts';
import { createLobby, parseLogEntry, signLogEntry } from '../../protocol/sealed/room-log.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { DaemonIdentity } from '../accounts/identity.ts';
import type { Broadcasts } from '../sessions/broadcasts.ts';
import type { Defer, EventFeed } from '../sessions/event-feed.ts';
import type { EntryKind, EntryPosition, Person, Store } from '../store/store.ts';
import { type LogStore, Room, type RoomParts } from './room.ts';

/** The actor of log entries that the daemon signs. */
const DAEMON = new Uint8Array(32);

export type RoomsParts = {
  feed: Pick<EventFeed, 'post' | 'send'>;
  broadcasts: Pick<Broadcasts, 'open' | 'membershipChanged' | 'post'> | null;
  clock: Clock;
  rsa: Rsa;
  random: Random;
  identity: Pick<DaemonIdentity, 'keys' | 'daemonId'>;
};

type PostedEntry = EntryPosition & { from: string | null; bytes: Uint8Array; file: Uint8Array | null };

export class Rooms {
  readonly #parts: RoomsParts;
  readonly #rooms = new Map<string, Room>();
  #lobby: Room | undefined;

  private constructor(parts: RoomsParts) {
    this.#parts = parts;
  }

  /** Loads every room and checks its log. Creates the lobby when it is missing. @throws ProtocolError 'room' */
  static async open(parts: RoomsParts, store: Pick<Store, 'rooms' | 'roomLog' | 'createRoom'>): Promise<Rooms> {
    const rooms = new Rooms(parts);
    await rooms.#load(store);
    if (rooms.#lobby === undefined) {
      const { keys, daemonId } = parts.identity;
      const { room, entry } = await createLobby(parts.rsa, keys.sign, daemonId, LOBBY, parts.clock.now(), parts.random);
      await store.createRoom({ room, name: LOBBY, entry, hash: parseLogEntry(entry).hash });
      await rooms.#load(store);
    }
    return rooms;
  }

  get lobby(): Room {
    if (this.#lobby === undefined) throw new Error('the lobby was not made');
    return this.#lobby;
  }

  /** @throws Refusal 'no-such-conversation'. */
  get(id: Uint8Array): Room {
    const room = this.#rooms.get(hex(id));
    if (room === undefined) throw new Refusal('no-such-conversation', 'there is no such room');
    return room;
  }

  /** @throws Refusal 'not-permitted' to a non-member, or 'no-such-conversation' */
  asMember(id: Uint8Array, who: Person): Room {
    const room = this.get(id);
    if (!room.isMember(who.idFp)) throw new Refusal('not-permitted', 'you are not in this room: join it first');
    return room;
  }

  /**
   * Appends a member's own join or leave, and informs all members after the answer.
   * @param store charged to the requester, as is `defer`
   * @throws ProtocolError 'room'; Refusal 'conflict' or 'not-permitted'
   */
  async append(id: Uint8Array, bytes: Uint8Array, who: Person, store: LogStore, defer: Defer): Promise<EntryPosition> {
    const entry = parseLogEntry(bytes);
    const own = equal(entry.actor, who.idFp) && equal(entry.subject.idFp, who.idFp) && entry.subject.name === who.name;
    if (!own || !equal(entry.room, id) || (entry.op !== 'join' && entry.op !== 'leave')) {
      throw new Refusal('not-permitted', 'in this room people join and leave for themselves only');
    }
    const room = this.get(id);
    // At the head these would break the log's rules and cut the link. But two devices may honestly try the same at
    // once.
    if (entry.op === 'join' && entry.n > room.head.n && room.names.has(who.name)) {
      throw new Refusal('conflict', 'somebody with your name is in this room already: fetch its log');
    }
    if (entry.op === 'leave' && entry.n > room.head.n && !room.isMember(who.idFp)) {
      throw new Refusal('conflict', 'you are not in this room: fetch its log');
    }
    return this.#append(room, bytes, who, store, defer);
  }

  /** Members of the lobby whose identity has no account: removed, reset, or on an unreadable line. */
  membersWithoutAccount(accounts: Pick<Accounts, 'byIdentity'>): Person[] {
    return [...this.lobby.members()].filter(({ idFp }) => accounts.byIdentity(idFp) === undefined);
  }

  /**
   * Removes members whose account was removed or reset from the lobby. Call it at the start and after changes of
   * accounts, only when every account is known, because a removal cannot be undone.
   */
  async removeMembersWithoutAccount(
    accounts: Pick<Accounts, 'byIdentity'>,
    store: LogStore,
    defer: Defer,
  ): Promise<Person[]> {
    const strangers = this.membersWithoutAccount(accounts);
    for (const { idFp, name } of strangers) await this.remove({ idFp, name }, store, defer);
    return strangers;
  }

  /** Removes a person from the lobby, if they are in it or a join of theirs is under way. */
  async remove(subject: Person, store: LogStore, defer: Defer): Promise<void> {
    const { rsa, identity, clock } = this.#parts;
    await this.lobby.settled();
    while (this.lobby.isMember(subject.idFp)) {
      const { n, hash } = this.lobby.head;
      const entry = { room: this.lobby.id, n: n + 1, prev: hash, op: 'remove', subject } as const;
      const body = new Uint8Array(0);
      const bytes = await signLogEntry(rsa, identity.keys.sign, { ...entry, actor: DAEMON, time: clock.now(), body });
      try {
        await this.#append(this.lobby, bytes, null, store, defer);
      } catch (error) {
        // Somebody joined in the meantime: sign again at the new head.
        if (!(error instanceof Refusal) || error.code !== 'conflict') throw error;
      }
    }
  }

  /** Sends a new message to the members of its room, the same bytes for all. */
  post(room: Room, message: PostedEntry, defer: Defer): void {
    const { broadcasts, feed } = this.#parts;
    // A message proves its author and content by itself; nothing else in a room is broadcast.
    room.seq = Math.max(room.seq, message.seq);
    const send = (event: Uint8Array) => {
      if (broadcasts === null) feed.send(room.names, event);
      else broadcasts.post(room.id, event);
    };
    this.#post(room.id, 'message', message, send, defer);
  }

  async #append(
    room: Room,
    bytes: Uint8Array,
    author: Person | null,
    store: LogStore,
    defer: Defer,
  ): Promise<EntryPosition> {
    const { broadcasts, feed } = this.#parts;
    const { seq, at, duplicate, notify } = await room.append(bytes, author, store);
    room.seq = Math.max(room.seq, seq);
    // Now, so that a member who left receives nothing more.
    broadcasts?.membershipChanged(room.id, parseLogEntry(bytes).subject.name);
    const news = { seq, at, from: author?.name ?? null, bytes, file: null };
    if (!duplicate) this.#post(room.id, 'log', news, (event) => feed.send(notify, event), defer);
    return { seq, at };
  }

  #post(
    conversation: Uint8Array,
    kind: EntryKind,
    { seq, at, from, bytes, file }: PostedEntry,
    send: (event: Uint8Array) => void,
    defer: Defer,
  ): void {
    const deliver = () => {
      const entry = { seq, at, kind, from, bytes, file, keys: [] };
      send(encodeEvent('posted', { conversation, with: null, entry }));
    };
    this.#parts.feed.post(conversation, seq, deliver, defer);
  }

  async #load(store: Pick<Store, 'rooms' | 'roomLog'>): Promise<void> {
    const { identity } = this.#parts;
    const parts: RoomParts = { signSpki: identity.keys.sign.spki, daemonId: identity.daemonId };
    for (const { room: id, name, head: seq, ...state } of await store.rooms({})) {
      const time = state.epochBytes === null ? 0 : parseEpoch(state.epochBytes).time;
      const epoch = { id: state.epochId, logN: state.epochLogN, seq: state.epochSeq, time };
      const room = await Room.load({ id, name, epoch, seq }, parts, store);
      this.#rooms.set(hex(id), room);
      this.#parts.broadcasts?.open(id, room.names);
      if (name === LOBBY) this.#lobby = room;
    }
  }
}

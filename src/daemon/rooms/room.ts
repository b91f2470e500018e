/** One room in memory: its signed log, its members, and its current epoch. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { SMALL_ROOM_MEMBERS } from '../../protocol/sealed/epoch.ts';
import { type LogEntry, parseLogEntry, RoomLog } from '../../protocol/sealed/room-log.ts';
import { SortedKeys } from '../accounts/sorted-keys.ts';
import type { AppendResult, Person, Store } from '../store/store.ts';

export type RoomParts = {
  /** The daemon's signing key (SPKI) and its id. */
  signSpki: Uint8Array;
  daemonId: Uint8Array;
};

/** The store's operations for appending. The log is read again when an entry could not be stored. */
export type LogStore = Pick<Store, 'appendLog' | 'roomLog'>;

/** A join carries its signer's key, and the session that sent it has that identity: no other key needs checking. */
const noOtherKey = () => null;

type About = Pick<Room, 'id' | 'name' | 'epoch' | 'seq'>;
/** A member joined for the first time ('newcomer') or again ('back'), or left or was removed ('gone'). */
type MembershipEvent = { n: number; who: string; kind: 'newcomer' | 'back' | 'gone' };
export type RoomEpoch = {
  id: Uint8Array;
  /** The n of the log entry it was made for. */
  logN: number;
  /** Its position in the conversation. */
  seq: number;
  /** The time in its header, ms since 1970 UTC. */
  time: number;
};

type Member = { idFp: Uint8Array; name: string; joinedAt: number };
type RoomAppendResult = AppendResult & { notify: ReadonlySet<string> };

export class Room {
  readonly id: Uint8Array;
  readonly name: string;
  /** Its id is zeros while the room has none. */
  epoch: RoomEpoch;
  /** The newest position in the conversation. */
  seq: number;
  readonly #parts: RoomParts;
  #log: RoomLog;
  readonly #numbers = new Map<string, number>();
  readonly #members = new Map<string, Member>();
  /** Member ids in hex, which sort like the bytes. */
  readonly #order = new SortedKeys((a, b) => (a < b ? -1 : Number(a > b)));
  readonly #names = new Set<string>();
  /** All of them, in order. */
  #membershipEvents: MembershipEvent[] = [];
  readonly #everMembers = new Set<string>();
  /** By maker: the log entry that their newest epoch was made for, since the daemon started. */
  readonly #madeFor = new Map<string, number>();
  /** Entries are appended one after the other, because each is checked against the state that the one before left. */
  readonly #mutex = new Mutex();

  private constructor(about: About, parts: RoomParts) {
    this.id = about.id;
    this.name = about.name;
    this.epoch = about.epoch;
    this.seq = about.seq;
    this.#parts = parts;
    this.#log = new RoomLog(parts.signSpki, parts.daemonId);
  }

  static async load(about: About, parts: RoomParts, store: Pick<Store, 'roomLog'>): Promise<Room> {
    const room = new Room(about, parts);
    await room.#load(store);
    return room;
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** In order of idFp, those after `after`; all when it is null. */
  *members(after: Uint8Array | null = null): Generator<Person> {
    for (const id of this.#order.after(after === null ? null : hex(after))) {
      const member = this.#members.get(id);
      if (member !== undefined) yield member;
    }
  }

  isMember(idFp: Uint8Array): boolean {
    return this.#members.has(hex(idFp));
  }

  get head(): { n: number; hash: Uint8Array } {
    return { n: this.#log.n, hash: this.#log.head };
  }

  /** The n of the log entry with this hash. */
  entryNumber(hash: Uint8Array): number | undefined {
    return this.#numbers.get(hex(hash));
  }

  /** The members as of log entry `n`. Correct only when nobody left since, which the store checks for an epoch. */
  membersAt(n: number): Person[] {
    return [...this.#members.values()].filter((member) => member.joinedAt <= n);
  }

  /** Whether this member was there at log entry `n`, and so received the key of an epoch made for it. */
  wasMemberAt(idFp: Uint8Array, n: number): boolean {
    return (this.#members.get(hex(idFp))?.joinedAt ?? Number.POSITIVE_INFINITY) <= n;
  }

  /** Whether nobody left after log entry `n`. */
  noneLeftSince(n: number): boolean {
    return n >= this.#log.lastDeparture;
  }

  /** Sets the current epoch. */
  setEpoch(epoch: RoomEpoch, maker: Uint8Array): void {
    this.epoch = epoch;
    this.#madeFor.set(hex(maker), epoch.logN);
    this.seq = Math.max(this.seq, epoch.seq);
  }

  /**
   * The cause that `maker` has for a new epoch. 'left': somebody left since this maker's newest epoch; newer epochs of
   * others may be useless. 'joined': somebody joined a small room since the current epoch. The maker's own changes do
   * not count, except the first join, so that a member cannot cause epochs by joining and leaving repeatedly.
   */
  membershipChange(maker: Uint8Array): 'left' | 'joined' | null {
    const own = hex(maker);
    const made = this.#madeFor.get(own) ?? 0;
    let joined = false;
    for (let at = this.#membershipEvents.length - 1; at >= 0; at -= 1) {
      const { n, who, kind } = this.#membershipEvents[at] as MembershipEvent;
      if (n <= Math.min(made, this.epoch.logN)) break;
      if (who === own && kind !== 'newcomer') continue;
      if (kind === 'gone' && n > made) return 'left';
      joined ||= kind !== 'gone' && n > this.epoch.logN;
    }
    return joined && this.#members.size <= SMALL_ROOM_MEMBERS ? 'joined' : null;
  }

  /** Resolves when each entry that was given to `append` before is stored or refused. */
  settled(): Promise<void> {
    return this.#mutex.run(async () => {});
  }

  /**
   * Appends a signed entry.
   * @param author null for the daemon
   * @param store charged to the requester
   * @returns the position; `notify` are the names of all who are or were members
   * @throws ProtocolError 'room' (layout, signature, not allowed); Refusal 'conflict' (not at the head)
   */
  async append(bytes: Uint8Array, author: Person | null, store: LogStore): Promise<RoomAppendResult> {
    const entry = parseLogEntry(bytes);
    const added = await this.#mutex.run(() => this.#addNext(entry, bytes, author, store));
    if (added !== null) return added;
    // An entry below the head cannot be appended; the store says whether it is stored already.
    return { ...(await this.#store(entry, bytes, author, store)), notify: new Set() };
  }

  /** null for an entry below the head. */
  async #addNext(
    entry: LogEntry,
    bytes: Uint8Array,
    author: Person | null,
    store: LogStore,
  ): Promise<RoomAppendResult | null> {
    if (entry.n <= this.#log.n) return null;
    if (entry.n !== this.#log.n + 1 || !equal(entry.prev, this.#log.head)) {
      throw new Refusal('conflict', 'this does not follow the newest entry of the log: fetch it and sign again');
    }
    const before = new Set(this.#names);
    this.#log.append(bytes, noOtherKey);
    try {
      const appended = await this.#store(entry, bytes, author, store);
      this.#apply(entry);
      return { ...appended, notify: new Set([...before, ...this.#names]) };
    } catch (error) {
      await this.#load(store);
      throw error;
    }
  }

  #store(entry: LogEntry, bytes: Uint8Array, author: Person | null, store: LogStore): Promise<AppendResult> {
    return store.appendLog({
      room: this.id,
      author,
      n: entry.n,
      prev: entry.prev,
      hash: entry.hash,
      bytes,
      joins: entry.op === 'join' ? entry.subject : null,
      departs: departs(entry) ? entry.subject.idFp : null,
    });
  }

  async #load(store: Pick<Store, 'roomLog'>): Promise<void> {
    this.#log = new RoomLog(this.#parts.signSpki, this.#parts.daemonId);
    this.#members.clear();
    this.#order.reset([]);
    this.#names.clear();
    this.#numbers.clear();
    this.#membershipEvents = [];
    this.#everMembers.clear();
    for (let after = -1; ; ) {
      const page = await store.roomLog({ room: this.id, after });
      for (const { n, bytes } of page) {
        this.#apply(this.#log.append(bytes, noOtherKey));
        after = n;
      }
      if (page.length === 0) return;
    }
  }

  #apply(entry: LogEntry): void {
    this.#numbers.set(hex(entry.hash), entry.n);
    const { idFp, name } = entry.subject;
    const who = hex(idFp);
    if (entry.op === 'join') {
      this.#membershipEvents.push({ n: entry.n, who, kind: this.#everMembers.has(who) ? 'back' : 'newcomer' });
      this.#everMembers.add(who);
      this.#members.set(who, { idFp, name, joinedAt: entry.n });
      this.#order.add(who);
      this.#names.add(name);
    } else if (departs(entry)) {
      this.#membershipEvents.push({ n: entry.n, who, kind: 'gone' });
      this.#members.delete(who);
      this.#order.delete(who);
      if (![...this.#members.values()].some((member) => member.name === name)) this.#names.delete(name);
    }
  }
}

function departs(entry: LogEntry): boolean {
  return entry.op === 'leave' || entry.op === 'remove';
}

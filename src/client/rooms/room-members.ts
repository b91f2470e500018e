/** A room's signed log, checked: who is a member, and who was when. Stored, so that it is fetched once. */
import { setImmediate as pause } from 'node:timers/promises';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { encodeJoinBody } from '../../protocol/sealed/room-bodies.ts';
import { type LogEntry, RoomLog, signLogEntry } from '../../protocol/sealed/room-log.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { Statement } from '../profile/profile-db.ts';

/** How often another entry may take the next place of the log before joining is given up. */
const MAX_JOIN_RACES = 50;
/** Signatures that are checked before other work gets a turn: a few ms. */
const CHECKED_AT_ONCE = 8;
/** Entries that one transaction stores. */
const KEPT_AT_ONCE = 500;
const ARRIVALS: ReadonlySet<string> = new Set(['join']);
const DEPARTURES: ReadonlySet<string> = new Set(['leave', 'remove']);

export class RoomMembers {
  readonly room: Uint8Array;
  readonly log: RoomLog;
  /** The seq of the newest log entry in the conversation. */
  seq = 0;
  /** The number in the log of the newest join. */
  lastArrival = 0;
  readonly #context: ClientContext;
  readonly #key: string;
  /** By idFp: arrivals (positive seq) and departures (negative), in order. */
  readonly #moves = new Map<string, number[]>();
  readonly #names = new Map<string, string>();
  readonly #heads = new Map<string, number>();
  /** In order. */
  readonly #departures: { n: number; seq: number }[] = [];
  /** Entries are taken one after the other, and stored without a hole. */
  readonly #mutex = new Mutex();

  private constructor(context: ClientContext, room: Uint8Array) {
    this.#context = context;
    this.room = room;
    this.#key = hex(room);
    this.log = new RoomLog(context.daemonSignSpki, context.daemonId);
  }

  /** Loads the stored log; every signature is checked again. */
  static async load(context: ClientContext, room: Uint8Array): Promise<RoomMembers> {
    const members = new RoomMembers(context, room);
    const rows = await context.profile.db.all(
      'SELECT seq, bytes FROM room_logs WHERE account = ? AND room = ? ORDER BY n',
      [context.account, members.#key],
    );
    for (const row of rows) await members.#append(row.bytes as Uint8Array, Number(row.seq));
    return members;
  }

  get joined(): boolean {
    return this.log.isMember(this.#context.keyring.me.idFp);
  }

  /** The name under which an identity is or was a member; null when it never was. */
  nameOf(idFp: string): string | null {
    return this.#names.get(idFp) ?? null;
  }

  /** Whether this identity was a member at `seq` of the conversation. */
  wasMember(idFp: string, seq: number): boolean {
    let member = false;
    for (const move of this.#moves.get(idFp) ?? []) if (Math.abs(move) < seq) member = move > 0;
    return member;
  }

  /** Whether anybody left after log entry `n` and before `seq` of the conversation. */
  leftBetween(n: number, seq: number): boolean {
    const last = this.#departures.findLast((departure) => departure.seq < seq);
    return last !== undefined && last.n > n;
  }

  /** The number of the log entry with this hash; null when there is none. */
  numberOf(head: Uint8Array): number | null {
    return this.#heads.get(hex(head)) ?? null;
  }

  /** Checks and stores the next entries; known ones change nothing. @throws ProtocolError 'room'; entries before the bad one are stored */
  take(entries: readonly Entry[]): Promise<void> {
    return this.#mutex.run(async () => {
      for (let start = 0; start < entries.length; start += KEPT_AT_ONCE)
        await this.#take(entries.slice(start, start + KEPT_AT_ONCE));
    });
  }

  async #take(entries: readonly Entry[]): Promise<void> {
    const { account, profile } = this.#context;
    const statements: Statement[] = [];
    try {
      for (const { seq, bytes } of entries) {
        if (seq <= this.seq) continue;
        const { n } = await this.#append(bytes, seq);
        statements.push({
          sql: 'INSERT OR IGNORE INTO room_logs (account, room, n, seq, bytes) VALUES (?, ?, ?, ?, ?)',
          params: [account, this.#key, n, seq, bytes],
        });
      }
    } finally {
      await profile.db.transaction(statements);
    }
  }

  /**
   * Joins: signs my join as the next entry of the log, and tries again when another entry took that place.
   * @param name of the room @param sync brings the log up to date @returns 'returned' when I had been a member before, but was not any more
   */
  async join(name: string, sync: () => Promise<void>): Promise<'member' | 'joined' | 'returned'> {
    const { keyring, connection, rsa } = this.#context;
    const { me } = keyring;
    let done: 'member' | 'joined' | 'returned' = 'member';
    for (let race = 0; race < MAX_JOIN_RACES; race++) {
      await sync();
      if (this.joined) return done;
      done = this.#moves.has(hex(me.idFp)) ? 'returned' : 'joined';
      const entry = await signLogEntry(rsa, me.identity, {
        room: this.room,
        n: this.log.n + 1,
        prev: this.log.head,
        op: 'join',
        subject: { name: me.name, idFp: me.idFp },
        actor: me.idFp,
        time: connection.welcome.at,
        body: encodeJoinBody({ sigSpki: me.identity.spki }),
      });
      try {
        await connection.request('log-append', { room: this.room, entry });
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'conflict')) throw error;
      }
    }
    throw new ClientError('refused', `${name} could not be joined: its log changes all the time; try again`);
  }

  /** Does not compare members' keys with the pins, which is done where a key is used: a person with a new key may be a member. */
  async #append(bytes: Uint8Array, seq: number): Promise<LogEntry> {
    if (this.log.n % CHECKED_AT_ONCE === 0) await pause();
    const entry = this.log.append(bytes, () => null);
    const subject = hex(entry.subject.idFp);
    this.seq = seq;
    this.#heads.set(hex(entry.hash), entry.n);
    if (ARRIVALS.has(entry.op)) this.lastArrival = entry.n;
    if (DEPARTURES.has(entry.op)) this.#departures.push({ n: entry.n, seq });
    if (ARRIVALS.has(entry.op) || DEPARTURES.has(entry.op)) {
      const moves = this.#moves.get(subject) ?? [];
      moves.push(ARRIVALS.has(entry.op) ? seq : -seq);
      this.#moves.set(subject, moves);
      this.#names.set(subject, entry.subject.name);
    }
    return entry;
  }
}

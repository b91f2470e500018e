/**
 * A room's log: who created it, who joined and who left. Each entry is signed and chained to the previous one. The log
 * alone decides who may speak, so the daemon can withhold entries but not add a member. In an open room people sign
 * their own joins and leaves; the daemon signs the first entry of the lobby and the removal of deleted accounts.
 */
import type { Random } from '../../platform/random.ts';
import { identityFp } from '../account/card.ts';
import { concat, equal, fromUtf8, H, hex, Reader, utf8, Writer } from '../base/bytes.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import { type KeyPair, RSA_BYTES, verify } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { type CreateBody, decodeCreateBody, decodeJoinBody, encodeCreateBody } from './room-bodies.ts';

const VERSION = 2;
const REFUSED = 'a log entry was refused';
const ZEROS = new Uint8Array(32);
const ops = { create: 1, join: 2, invite: 3, leave: 4, remove: 5, role: 6, topic: 7 } as const;

export type LogEntry = {
  room: Uint8Array;
  /** The first entry, create, is 0. */
  n: number;
  /** The hash of entry n - 1; zeros in the first. */
  prev: Uint8Array;
  op: keyof typeof ops;
  /** The person the entry is about. In create: the room's name and zeros. */
  subject: { name: string; idFp: Uint8Array };
  /** idFp of the signer; zeros for the daemon's signing key. */
  actor: Uint8Array;
  /** The signer's clock, ms since 1970 UTC. */
  time: number;
  /** Of create and join: see room-bodies.ts. Empty in leave and remove. */
  body: Uint8Array;
  hash: Uint8Array;
};

/** The daemon's first entry of the lobby. Clients pin its hash. */
export async function createLobby(
  rsa: Rsa,
  signKey: KeyPair,
  daemonId: Uint8Array,
  name: string,
  time: number,
  random: Random,
): Promise<{ room: Uint8Array; entry: Uint8Array }> {
  const body = encodeCreateBody({ ...lobbyBody(daemonId, name), nonce: random(16) });
  const room = H('room', body);
  const subject = { name, idFp: ZEROS };
  const about = { room, n: 0, prev: ZEROS, op: 'create', subject, actor: ZEROS, time, body } as const;
  return { room, entry: await signLogEntry(rsa, signKey, about) };
}

/** The body of the lobby's create entry, but for its nonce. */
function lobbyBody(daemonId: Uint8Array, name: string): Omit<CreateBody, 'nonce'> {
  const maker = { makerName: '', makerSpki: new Uint8Array(0) };
  return { daemonId, kind: 'lobby', history: 'since-join', ...maker, infoCommitment: ZEROS, name };
}

/** Signs an entry without checking it; RoomLog.append does that. */
export async function signLogEntry(rsa: Rsa, key: KeyPair, e: Omit<LogEntry, 'hash'>): Promise<Uint8Array> {
  const body = new Writer()
    .u8(VERSION)
    .bytes(e.room)
    .u64(e.n)
    .bytes(e.prev)
    .u8(ops[e.op])
    .var16(utf8(e.subject.name))
    .bytes(e.subject.idFp)
    .bytes(e.actor)
    .u64(e.time)
    .var16(e.body)
    .finish();
  return concat(body, await rsa.sign(key.pkcs8, H('log', body)));
}

/** Parses an entry without checking it. @throws ProtocolError 'room' */
export function parseLogEntry(bytes: Uint8Array): LogEntry {
  return withProtocolError('room', REFUSED, () => {
    const reader = new Reader(bytes);
    ensure(reader.u8() === VERSION);
    const [room, n, prev] = [reader.bytes(32), reader.u64(), reader.bytes(32)];
    const code = reader.u8();
    const op = (Object.keys(ops) as LogEntry['op'][]).find((name) => ops[name] === code);
    ensure(op !== undefined);
    const subject = { name: fromUtf8(reader.var16()), idFp: reader.bytes(32) };
    const [actor, time, body] = [reader.bytes(32), reader.u64(), reader.var16()];
    reader.bytes(RSA_BYTES);
    reader.end();
    return { room, n, prev, op, subject, actor, time, body, hash: H('log', bytes.subarray(0, -RSA_BYTES)) };
  });
}

/** The rules of an open room, the same for daemon and clients. Appends entries one by one, from the first. */
export class RoomLog {
  /** The hash of the newest entry; zeros before the first. */
  head: Uint8Array = ZEROS;
  /** The number of the newest entry; -1 before the first. */
  n = -1;
  /** The number of the newest leave or remove; 0 when there is none. */
  lastDeparture = 0;
  /** idFp in hex -> name. */
  readonly members = new Map<string, string>();
  readonly #daemonSignSpki: Uint8Array;
  readonly #daemonId: Uint8Array;
  #room: Uint8Array = ZEROS;
  /** idFp in hex -> signing key, also of those who left. */
  readonly #keys = new Map<string, Uint8Array>();
  #names = new Set<string>();
  #entries: LogEntry[] = [];

  constructor(daemonSignSpki: Uint8Array, daemonId: Uint8Array) {
    this.#daemonSignSpki = daemonSignSpki;
    this.#daemonId = daemonId;
  }

  /**
   * Checks and appends the next entry. A refused entry changes nothing.
   * @param keyOf the identity's signing key if it is known elsewhere, else null; then the key in its join counts
   * @throws ProtocolError 'room'
   */
  append(bytes: Uint8Array, keyOf: (idFp: Uint8Array) => Uint8Array | null): LogEntry {
    const entry = parseLogEntry(bytes);
    const { name, idFp } = entry.subject;
    withProtocolError('room', REFUSED, () => {
      ensure(entry.n === this.n + 1 && equal(entry.prev, this.head) && this.#mayHappen(entry));
      const byDaemon = entry.op === 'create' || entry.op === 'remove';
      ensure(byDaemon ? equal(entry.actor, ZEROS) : equal(entry.actor, idFp));
      const joins = entry.op === 'join' ? decodeJoinBody(entry.body) : null;
      ensure(joins === null || equal(joins.invitation, ZEROS));
      const key = byDaemon ? this.#daemonSignSpki : (joins?.sigSpki ?? this.#keys.get(hex(idFp)));
      // The name is part of an identity, so nobody joins under another name or with another key.
      ensure(key !== undefined && (byDaemon || equal(identityFp(name, key), idFp)));
      const pinned = byDaemon ? null : keyOf(idFp);
      ensure(pinned === null || equal(pinned, key));
      ensure(verify(key, entry.hash, bytes.subarray(-RSA_BYTES)));
    });
    if (entry.op === 'create') this.#room = entry.room;
    else if (entry.op === 'join') {
      this.#keys.set(hex(idFp), decodeJoinBody(entry.body).sigSpki);
      this.members.set(hex(idFp), name);
      this.#names.add(name);
    } else {
      this.members.delete(hex(idFp));
      this.#names.delete(name);
      this.lastDeparture = entry.n;
    }
    this.#entries.push(entry);
    this.head = entry.hash;
    this.n = entry.n;
    return entry;
  }

  isMember(idFp: Uint8Array): boolean {
    return this.members.has(hex(idFp));
  }

  /** The room as of entry `n`: its hash and its members (idFp in hex -> name). null when there is no such entry. */
  at(n: number): { head: Uint8Array; members: Map<string, string> } | null {
    const entry = this.#entries[n];
    if (!entry) return null;
    const members = new Map<string, string>();
    for (const { op, subject } of this.#entries.slice(0, n + 1)) {
      if (op === 'join') members.set(hex(subject.idFp), subject.name);
      else members.delete(hex(subject.idFp));
    }
    return { head: entry.hash, members };
  }

  #mayHappen({ op, room, subject, body }: LogEntry): boolean {
    if ((op === 'create') !== (this.n === -1)) return false;
    if (op === 'create') {
      const { nonce } = decodeCreateBody(body);
      const expected = encodeCreateBody({ ...lobbyBody(this.#daemonId, subject.name), nonce });
      return equal(room, H('room', body)) && equal(body, expected) && equal(subject.idFp, ZEROS);
    }
    if (!equal(room, this.#room) || (op !== 'join' && body.length > 0)) return false;
    const { name, idFp } = subject;
    if (op === 'join') return isName(name) && !this.#names.has(name);
    return (op === 'leave' || op === 'remove') && this.members.get(hex(idFp)) === name;
  }
}

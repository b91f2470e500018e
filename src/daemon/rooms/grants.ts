/**
 * Finds a member who grants a newcomer the key of an epoch: asks a random online member, after two seconds the next,
 * three at most. If none answers, the newcomer makes an epoch when they speak.
 */

import type { Clock } from '../../platform/clock.ts';
import { type Random, randomU32 } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { EventFeed } from '../sessions/event-feed.ts';
import type { Person, Store } from '../store/store.ts';
import type { Room } from './room.ts';

const NEXT_AFTER_MS = 2000;
const MAX_ASKED = 3;
/** Epochs that one member may request in one room at a time. */
const MAX_REQUESTS = 32;
/** Epochs of one room whose key holders are remembered. */
const MAX_EPOCHS_WITH_HOLDERS = 32;
/** After this long an unanswered request may be repeated. */
const FORGET_AFTER_MS = 30_000;

type GrantRequest = {
  room: Room;
  epochId: Uint8Array;
  /** The n of the log entry that the epoch was made for. */
  logN: number;
  requester: Person;
  asked: string[];
  /** The members of `asked` who have answered. */
  answered: Set<string>;
  /** A grant has arrived since the last member was asked. */
  given: boolean;
  cancel: () => void;
};

export type GrantsParts = {
  feed: Pick<EventFeed, 'online' | 'names' | 'sendTo'>;
  clock: Clock;
  random: Random;
};

export class Grants {
  readonly #parts: GrantsParts;
  /** By room and member, then by epoch. */
  readonly #requests = new Map<string, Map<string, GrantRequest>>();
  /**
   * Members who received an epoch's key since the daemon started, and can pass it on. By room, then by epoch, the
   * newest last.
   */
  readonly #holders = new Map<string, Map<string, Set<string>>>();

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /**
   * Starts to ask members. There is one request for each member and epoch. Repeating it changes nothing, unless a grant
   * arrived that did not open: then the next member is asked.
   * @param store charged to the requester
   * @throws Refusal 'stale-epoch', or 'rate-limited' (too many epochs at once)
   */
  async ask(room: Room, epochId: Uint8Array, requester: Person, store: Pick<Store, 'openEpoch'>): Promise<void> {
    const { logN } = await store.openEpoch({ room: room.id, epochId });
    const key = keyOf(room, requester.idFp);
    const own = this.#requests.get(key) ?? new Map<string, GrantRequest>();
    const before = own.get(hex(epochId));
    if (before !== undefined) {
      if (before.given) this.#askNext(before);
      return;
    }
    if (own.size >= MAX_REQUESTS)
      throw new Refusal('rate-limited', 'you ask for many keys at once; wait half a minute');
    const progress = { asked: [], answered: new Set<string>(), given: false, cancel: () => {} };
    const request: GrantRequest = { room, epochId, logN, requester, ...progress };
    this.#requests.set(key, own.set(hex(epochId), request));
    this.#askNext(request);
  }

  /**
   * Stores a grant and forwards it. Only a member who was asked may grant, and once; a second or late grant is ignored.
   * @param store charged to the member who grants
   * @throws Refusal 'stale-epoch' (somebody left since) or 'not-permitted'
   */
  async give(
    room: Room,
    epochId: Uint8Array,
    grant: { from: string; to: Person; bytes: Uint8Array },
    store: Pick<Store, 'addGrant'>,
  ): Promise<void> {
    const { from, to, bytes } = grant;
    const request = this.#requests.get(keyOf(room, to.idFp))?.get(hex(epochId));
    if (request === undefined) return;
    if (!request.asked.includes(from)) throw new Refusal('not-permitted', 'you were not asked for this key');
    if (request.answered.has(from)) return;
    request.answered.add(from);
    await store.addGrant({ room: room.id, epochId, to: to.idFp, bytes });
    this.#expireLater(request);
    request.given = true;
    this.#parts.feed.sendTo(to.name, encodeEvent('granted', { room: room.id, epochId, from, grant: bytes }));
    this.#addHolder(room, epochId, to.name);
  }

  #askNext(request: GrantRequest): void {
    const { room, epochId, logN, requester, asked } = request;
    request.cancel();
    request.given = false;
    const name = room.noneLeftSince(logN) && asked.length < MAX_ASKED ? this.#choose(request) : undefined;
    if (name === undefined) {
      this.#expireLater(request);
      return;
    }
    asked.push(name);
    this.#parts.feed.sendTo(name, encodeEvent('grant-wanted', { room: room.id, epochId, name: requester.name }));
    request.cancel = this.#parts.clock.after(NEXT_AFTER_MS, () => this.#askNext(request));
  }

  #choose({ room, epochId, logN, requester, asked }: GrantRequest): string | undefined {
    const here = [...room.members()].filter(
      ({ name }) => name !== requester.name && !asked.includes(name) && this.#parts.feed.online(name),
    );
    const given = this.#holders.get(hex(room.id))?.get(hex(epochId));
    const holders = here.filter(({ idFp, name }) => room.wasMemberAt(idFp, logN) || given?.has(name));
    const among = holders.length > 0 ? holders : here;
    return among[randomU32(this.#parts.random) % Math.max(1, among.length)]?.name;
  }

  /** Asks nobody else, but remembers the request for a while, so that the same three are not asked over and over. */
  #expireLater(request: GrantRequest): void {
    const key = keyOf(request.room, request.requester.idFp);
    request.cancel();
    request.cancel = this.#parts.clock.after(FORGET_AFTER_MS, () => {
      const own = this.#requests.get(key);
      own?.delete(hex(request.epochId));
      if (own?.size === 0) this.#requests.delete(key);
    });
  }

  #addHolder(room: Room, epochId: Uint8Array, name: string): void {
    const epochs = this.#holders.get(hex(room.id)) ?? new Map<string, Set<string>>();
    const names = epochs.get(hex(epochId)) ?? new Set();
    epochs.delete(hex(epochId));
    this.#holders.set(hex(room.id), epochs.set(hex(epochId), names.add(name)));
    const [oldest] = epochs.keys();
    if (epochs.size > MAX_EPOCHS_WITH_HOLDERS && oldest !== undefined) epochs.delete(oldest);
  }
}

function keyOf(room: Room, idFp: Uint8Array): string {
  return hex(room.id) + hex(idFp);
}

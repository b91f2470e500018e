/**
 * How a newcomer gets the key of an epoch that messages are taken under: one random member who is here is asked for it, after two
 * seconds the next, three at most. When none answers the newcomer makes an epoch when they speak.
 */

import type { Clock } from '../../platform/clock.ts';
import { type Random, randomU32 } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { Feed } from '../sessions/feed.ts';
import type { Person, Store } from '../store/store.ts';
import type { Room } from './room.ts';

const NEXT_AFTER_MS = 2000;
const MAX_ASKED = 3;
/** Of one member in one room: epochs that are asked for. */
const MAX_REQUESTS = 32;
/** Epochs of one room of which it is remembered who was given the key. */
const MAX_EPOCHS_WITH_HOLDERS = 32;
/** A question that nobody answered may be put again after this long. */
const FORGET_AFTER_MS = 30_000;

type GrantRequest = {
  room: Room;
  epochId: Uint8Array;
  /** The n of the log entry that the epoch was made for. */
  logN: number;
  requester: Person;
  asked: string[];
  /** The ones of `asked` that have answered. */
  answered: Set<string>;
  /** A grant came since somebody was last asked. */
  given: boolean;
  cancel: () => void;
};

export type GrantsParts = {
  feed: Pick<Feed, 'online' | 'names' | 'sendTo'>;
  clock: Clock;
  random: Random;
};

export class Grants {
  readonly #parts: GrantsParts;
  /** By room and member, then by epoch. */
  readonly #requests = new Map<string, Map<string, GrantRequest>>();
  /** Who was given an epoch's key since the daemon started: they can pass it on. By room, then by epoch, the newest last. */
  readonly #holders = new Map<string, Map<string, Set<string>>>();

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /**
   * Starts to ask members. One question a member and epoch at a time: asking again meanwhile changes nothing, unless a grant
   * came that was no good, and then those who were not asked yet are.
   * @param store on the account of who asks
   * @throws Refusal 'stale-epoch', 'rate-limited' (too many epochs at once).
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
   * Keeps a grant and passes it on. Only a member that was asked may grant, once; a second grant, and one that comes too late, is dropped.
   * @param store on the account of who grants
   * @throws Refusal 'stale-epoch' (somebody left since), 'not-permitted'.
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

  /** Nobody is asked for now; the question is remembered so that the same three are not asked over and over. */
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

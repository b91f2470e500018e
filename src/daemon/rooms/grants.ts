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
const MAX_QUESTIONS = 32;
/** Epochs of one room of which it is remembered who was given the key. */
const MAX_HELD = 32;
/** A question that nobody answered may be put again after this long. */
const FORGET_AFTER_MS = 30_000;

type Question = {
  room: Room;
  epochId: Uint8Array;
  /** The n of the log entry that the epoch was made for. */
  logN: number;
  asker: Person;
  asked: string[];
  /** The ones of `asked` that have answered. */
  answered: Set<string>;
  /** A grant came since somebody was last asked. */
  given: boolean;
  cancel: () => void;
};

export type GrantsParts = {
  chat: Pick<Feed, 'online' | 'names' | 'tellOne'>;
  clock: Clock;
  random: Random;
};

export class Grants {
  readonly #parts: GrantsParts;
  /** By room and member, then by epoch. */
  readonly #questions = new Map<string, Map<string, Question>>();
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
  async ask(room: Room, epochId: Uint8Array, asker: Person, store: Pick<Store, 'openEpoch'>): Promise<void> {
    const { logN } = await store.openEpoch({ room: room.id, epochId });
    const key = keyOf(room, asker.idFp);
    const own = this.#questions.get(key) ?? new Map<string, Question>();
    const before = own.get(hex(epochId));
    if (before !== undefined) {
      if (before.given) this.#next(before);
      return;
    }
    if (own.size >= MAX_QUESTIONS)
      throw new Refusal('rate-limited', 'you ask for many keys at once; wait half a minute');
    const progress = { asked: [], answered: new Set<string>(), given: false, cancel: () => {} };
    const question: Question = { room, epochId, logN, asker, ...progress };
    this.#questions.set(key, own.set(hex(epochId), question));
    this.#next(question);
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
    const question = this.#questions.get(keyOf(room, to.idFp))?.get(hex(epochId));
    if (question === undefined) return;
    if (!question.asked.includes(from)) throw new Refusal('not-permitted', 'you were not asked for this key');
    if (question.answered.has(from)) return;
    question.answered.add(from);
    await store.addGrant({ room: room.id, epochId, to: to.idFp, bytes });
    this.#wait(question);
    question.given = true;
    this.#parts.chat.tellOne(to.name, encodeEvent('granted', { room: room.id, epochId, from, grant: bytes }));
    this.#hold(room, epochId, to.name);
  }

  #next(question: Question): void {
    const { room, epochId, logN, asker, asked } = question;
    question.cancel();
    question.given = false;
    const name = room.isOpen(logN) && asked.length < MAX_ASKED ? this.#choose(question) : undefined;
    if (name === undefined) {
      this.#wait(question);
      return;
    }
    asked.push(name);
    this.#parts.chat.tellOne(name, encodeEvent('grant-wanted', { room: room.id, epochId, name: asker.name }));
    question.cancel = this.#parts.clock.after(NEXT_AFTER_MS, () => this.#next(question));
  }

  #choose({ room, epochId, logN, asker, asked }: Question): string | undefined {
    const here = [...room.members()].filter(
      ({ name }) => name !== asker.name && !asked.includes(name) && this.#parts.chat.online(name),
    );
    const given = this.#holders.get(hex(room.id))?.get(hex(epochId));
    const holders = here.filter(({ idFp, name }) => room.wasMemberAt(idFp, logN) || given?.has(name));
    const among = holders.length > 0 ? holders : here;
    return among[randomU32(this.#parts.random) % Math.max(1, among.length)]?.name;
  }

  /** Nobody is asked for now; the question is remembered so that the same three are not asked over and over. */
  #wait(question: Question): void {
    const key = keyOf(question.room, question.asker.idFp);
    question.cancel();
    question.cancel = this.#parts.clock.after(FORGET_AFTER_MS, () => {
      const own = this.#questions.get(key);
      own?.delete(hex(question.epochId));
      if (own?.size === 0) this.#questions.delete(key);
    });
  }

  #hold(room: Room, epochId: Uint8Array, name: string): void {
    const epochs = this.#holders.get(hex(room.id)) ?? new Map<string, Set<string>>();
    const names = epochs.get(hex(epochId)) ?? new Set();
    epochs.delete(hex(epochId));
    this.#holders.set(hex(room.id), epochs.set(hex(epochId), names.add(name)));
    const [oldest] = epochs.keys();
    if (epochs.size > MAX_HELD && oldest !== undefined) epochs.delete(oldest);
  }
}

function keyOf(room: Room, idFp: Uint8Array): string {
  return hex(room.id) + hex(idFp);
}

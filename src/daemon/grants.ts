/**
 * How a newcomer gets the key of the current epoch: one random member who is here is asked for it, after two
 * seconds the next, three at most. When none answers the newcomer makes an epoch when they speak.
 */
import { equal, hex } from '../protocol/bytes.ts';
import { Refusal } from '../protocol/errors.ts';
import { encodeEvent } from '../protocol/messages.ts';
import { type Clock, type Random, randomU32 } from '../protocol/seams.ts';
import type { Chat } from './chat.ts';
import type { Room } from './room.ts';
import type { Person, Store } from './store/store.ts';

const NEXT_AFTER_MS = 2000;
const MAX_ASKED = 3;
/** A question that nobody answered may be put again after this long. */
const FORGET_AFTER_MS = 30_000;

type Question = {
  room: Room;
  epochId: Uint8Array;
  asker: Person;
  asked: string[];
  /** The ones of `asked` that have answered. */
  answered: Set<string>;
  /** A grant came since somebody was last asked. */
  given: boolean;
  cancel: () => void;
};

export type GrantsParts = {
  chat: Pick<Chat, 'online' | 'names' | 'tellOne'>;
  clock: Clock;
  random: Random;
};

export class Grants {
  readonly #parts: GrantsParts;
  readonly #questions = new Map<string, Question>();
  /** Who was given this epoch's key since the daemon started: they can pass it on. */
  readonly #holders = new Map<string, { epochId: Uint8Array; names: Set<string> }>();

  constructor(parts: GrantsParts) {
    this.#parts = parts;
  }

  /**
   * Starts to ask members. One question a member and room at a time: asking again meanwhile changes nothing, unless a grant
   * came that was no good, and then those who were not asked yet are. @throws Refusal 'stale-epoch'.
   */
  ask(room: Room, epochId: Uint8Array, asker: Person): void {
    if (!equal(room.epoch.id, epochId)) throw stale();
    const key = keyOf(room, asker.idFp);
    const before = this.#questions.get(key);
    if (before !== undefined && equal(before.epochId, epochId)) {
      if (before.given) this.#next(key, before);
      return;
    }
    before?.cancel();
    const question: Question = { room, epochId, asker, asked: [], answered: new Set(), given: false, cancel: () => {} };
    this.#questions.set(key, question);
    this.#next(key, question);
  }

  /**
   * Keeps a grant and passes it on. Only a member that was asked may grant, once; a second grant, and one that comes too late, is dropped.
   * @param store on the account of who grants
   * @throws Refusal 'stale-epoch', 'not-permitted'.
   */
  async give(
    room: Room,
    epochId: Uint8Array,
    grant: { from: string; to: Person; bytes: Uint8Array },
    store: Pick<Store, 'addGrant'>,
  ): Promise<void> {
    const { from, to, bytes } = grant;
    const question = this.#questions.get(keyOf(room, to.idFp));
    if (question === undefined || !equal(question.epochId, epochId)) {
      if (!equal(room.epoch.id, epochId)) throw stale();
      return;
    }
    if (!question.asked.includes(from)) throw new Refusal('not-permitted', 'you were not asked for this key');
    if (question.answered.has(from)) return;
    question.answered.add(from);
    await store.addGrant({ room: room.id, epochId, to: to.idFp, bytes });
    this.#wait(question);
    question.given = true;
    this.#parts.chat.tellOne(to.name, encodeEvent('granted', { room: room.id, epochId, from, grant: bytes }));
    this.#holdersOf(room).add(to.name);
  }

  #next(key: string, question: Question): void {
    const { room, epochId, asker, asked } = question;
    question.cancel();
    question.given = false;
    const current = equal(room.epoch.id, epochId);
    const name = current && asked.length < MAX_ASKED ? this.#choose(question) : undefined;
    if (name === undefined) {
      this.#wait(question);
      return;
    }
    asked.push(name);
    this.#parts.chat.tellOne(name, encodeEvent('grant-wanted', { room: room.id, epochId, name: asker.name }));
    question.cancel = this.#parts.clock.after(NEXT_AFTER_MS, () => this.#next(key, question));
  }

  #choose({ room, asker, asked }: Question): string | undefined {
    const here = [...room.members()].filter(
      ({ name }) => name !== asker.name && !asked.includes(name) && this.#parts.chat.online(name),
    );
    const holders = here.filter(({ idFp, name }) => room.hasEpochKey(idFp) || this.#holdersOf(room).has(name));
    const among = holders.length > 0 ? holders : here;
    return among[randomU32(this.#parts.random) % Math.max(1, among.length)]?.name;
  }

  /** Nobody is asked for now; the question is remembered so that the same three are not asked over and over. */
  #wait(question: Question): void {
    const key = keyOf(question.room, question.asker.idFp);
    question.cancel();
    question.cancel = this.#parts.clock.after(FORGET_AFTER_MS, () => {
      if (this.#questions.get(key) === question) this.#questions.delete(key);
    });
  }

  #holdersOf(room: Room): Set<string> {
    const key = hex(room.id);
    const known = this.#holders.get(key);
    if (known !== undefined && equal(known.epochId, room.epoch.id)) return known.names;
    const names = new Set<string>();
    this.#holders.set(key, { epochId: room.epoch.id, names });
    return names;
  }
}

function keyOf(room: Room, idFp: Uint8Array): string {
  return hex(room.id) + hex(idFp);
}

function stale(): Refusal {
  return new Refusal('stale-epoch', 'the room has a newer key: fetch it first');
}

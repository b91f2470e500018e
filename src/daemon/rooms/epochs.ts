/** Receives new epochs: a header, then the members' chunks in several requests, then a commit that stores all of it. */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { EPOCH_SKEW_MS, type Epoch, memberSetHash, openEpoch, parseEpoch } from '../../protocol/sealed/epoch.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { CardDirectory } from '../accounts/card-directory.ts';
import type { Config } from '../config/config.ts';
import { type Limits, limitValues } from '../limits/limits.ts';
import type { Defer, EventFeed } from '../sessions/event-feed.ts';
import type { Session } from '../sessions/session.ts';
import type { EntryPosition, Person, Store } from '../store/store.ts';
import { type EpochCost, EpochPolicy } from './epoch-policy.ts';
import type { Room } from './room.ts';

type Draft = {
  session: Pick<Session, 'ended'>;
  /** Cancels the timer that drops the draft. */
  cancel: () => void;
  epoch: Epoch;
  bytes: Uint8Array;
  logN: number;
  /** The members who may get a chunk, and the chunks so far. */
  members: Map<string, Person>;
  chunks: Map<string, Key>;
};
/** The chunk is empty for a member whose key cannot be sealed to. */
type Key = { idFp: Uint8Array; name: string; chunk: Uint8Array };

export type EpochsParts = {
  directory: Pick<CardDirectory, 'newest' | 'keyOf' | 'canBeSealedTo'>;
  feed: Pick<EventFeed, 'post' | 'sendTo'>;
  limits: Pick<Limits, 'epochs' | 'joinEpochs' | 'spareEpochs'>;
  clock: Clock;
  log: Logger;
  config: Pick<Config, 'messageQuota'>;
};

export class Epochs {
  readonly #parts: EpochsParts;
  readonly #policy: EpochPolicy;
  /** One for each person and room. */
  readonly #drafts = new Map<string, Draft>();

  constructor(parts: EpochsParts) {
    this.#parts = parts;
    this.#policy = new EpochPolicy(parts);
  }

  /**
   * Takes the signed header and drops an unfinished draft of this session.
   * @param epoch `members` is the number of chunks to come
   * @param store charged to the requester
   * @throws ProtocolError 'room'; Refusal 'stale-epoch' (somebody left since its log entry), 'conflict' (epochPrev),
   * 'bad-request' (its time), 'rate-limited', or 'busy' (another session of this person makes one)
   */
  async begin(
    session: Draft['session'],
    room: Room,
    epoch: { bytes: Uint8Array; members: number; maker: Person },
    store: Pick<Store, 'cardsOf'>,
  ): Promise<void> {
    const { bytes, members, maker } = epoch;
    const parsed = parseEpoch(bytes);
    const key = await this.#parts.directory.keyOf(maker.idFp, store);
    if (!equal(parsed.maker, maker.idFp) || !equal(parsed.room, room.id) || key === null) {
      throw new Refusal('not-permitted', 'only a member of this room may make an epoch of it');
    }
    openEpoch(bytes, key);
    if (!equal(parsed.epochId, room.epoch.id)) this.#checkNew(room, parsed, maker);
    const logN = room.entryNumber(parsed.logHead);
    if (logN === undefined) throw new Refusal('conflict', 'this server does not know that log entry: fetch the log');
    const present = new Map(room.membersAt(logN).map((member) => [hex(member.idFp), member]));
    if (members > present.size) {
      throw new Refusal('stale-epoch', 'somebody left since: fetch the log and make the key again');
    }
    const id = draftId(room, maker);
    const before = this.#drafts.get(id);
    if (before !== undefined && before.session !== session && !before.session.ended) {
      throw new Refusal('busy', 'another device of yours is making the key of this room; try again in a moment');
    }
    this.#drop(id);
    const cancel = this.#parts.clock.after(limitValues.epochDraftMs, () => this.#drop(id));
    this.#drafts.set(id, { session, cancel, epoch: parsed, bytes, logN, members: present, chunks: new Map() });
  }

  /**
   * Adds chunks to the draft.
   * @throws Refusal 'bad-request' for a chunk of a non-member, or a second one of a member
   */
  addKeys(session: Draft['session'], room: Room, maker: Person, keys: { idFp: Uint8Array; chunk: Uint8Array }[]): void {
    const draft = this.#draftOf(session, room, maker);
    for (const { idFp, chunk } of keys) {
      const id = hex(idFp);
      const name = draft.members.get(id)?.name;
      if (name === undefined || draft.chunks.has(id)) {
        throw new Refusal('bad-request', 'each member of the room gets one chunk, and nobody else gets one');
      }
      draft.chunks.set(id, { idFp, name, chunk });
    }
  }

  /**
   * Stores the epoch, makes it current, and sends each member its own chunk after the answer.
   * @param store charged to the requester, as is `defer`
   * @throws Refusal 'bad-request' (a member with a valid card has no chunk, or an empty one without need),
   * 'stale-card', 'conflict', 'stale-epoch' or 'rate-limited'
   */
  async commit(
    session: Draft['session'],
    room: Room,
    maker: Person,
    store: Pick<Store, 'appendEpoch' | 'cardsOf'>,
    defer: Defer,
  ): Promise<EntryPosition> {
    const { epoch, bytes, logN, members, chunks } = this.#draftOf(session, room, maker);
    this.#drop(draftId(room, maker));
    const cards = [...members.values()].map(({ idFp }) => this.#parts.directory.newest(idFp));
    const known = cards.filter((card) => card !== undefined);
    if (!equal(memberSetHash(known), epoch.memberSetHash)) {
      throw new Refusal('stale-card', 'somebody renewed their keys: fetch the members and make the key again');
    }
    // A member whose card has expired gets no chunk, and asks for a grant after renewing it.
    if (known.some(({ idFp, notAfter }) => notAfter >= epoch.time && !chunks.has(hex(idFp)))) {
      throw new Refusal('bad-request', 'a member has no chunk yet: send all keys before the commit');
    }
    const keys = [...chunks.values()].filter(({ chunk }) => chunk.length > 0);
    await this.#checkEmpty(
      [...chunks.values()].filter(({ chunk }) => chunk.length === 0),
      store,
    );
    let cost: EpochCost = 'free';
    if (!equal(epoch.epochId, room.epoch.id)) {
      if (!equal(epoch.epochPrev, room.epoch.id)) throw taken();
      cost = this.#policy.check(room, maker);
    }
    const { seq, at, duplicate } = await store.appendEpoch({
      room: room.id,
      author: maker,
      epochId: epoch.epochId,
      epochPrev: epoch.epochPrev,
      logN,
      bytes,
      keys: keys.map(({ idFp, chunk }) => ({ idFp, chunk })),
      quota: this.#parts.config.messageQuota,
    });
    if (duplicate) return { seq, at };
    this.#policy.pay(maker, cost);
    room.setEpoch({ id: epoch.epochId, logN, seq, time: epoch.time }, maker.idFp);
    const deliver = () => {
      const entry = { seq, at, kind: 'epoch', from: maker.name, bytes, file: null } as const;
      const chunkOf = new Map(keys.map(({ name, chunk }) => [name, chunk]));
      for (const name of room.names) {
        const chunk = chunkOf.get(name);
        const own = chunk === undefined ? [] : [{ kind: 'chunk' as const, bytes: chunk }];
        this.#parts.feed.sendTo(
          name,
          encodeEvent('posted', { conversation: room.id, with: null, entry: { ...entry, keys: own } }),
        );
      }
    };
    this.#parts.feed.post(room.id, seq, deliver, defer);
    return { seq, at };
  }

  #checkNew(room: Room, epoch: Epoch, maker: Person): void {
    if (Math.abs(epoch.time - this.#parts.clock.now()) > EPOCH_SKEW_MS) {
      throw new Refusal(
        'bad-request',
        'the time of the new key differs from the time of this server; set the clock of your machine',
      );
    }
    if (!equal(epoch.epochPrev, room.epoch.id)) throw taken();
    this.#policy.check(room, maker);
  }

  /**
   * Tries to seal to each member with an empty chunk; one that works proves the maker wrong.
   * @throws Refusal 'bad-request'
   */
  async #checkEmpty(keys: readonly Key[], store: Pick<Store, 'cardsOf'>): Promise<void> {
    const { directory, log } = this.#parts;
    for (const { idFp } of keys) {
      if (await directory.canBeSealedTo(idFp, store)) {
        throw new Refusal('bad-request', 'a member who can be sealed to has an empty chunk');
      }
    }
    if (keys.length > 0) {
      const members = keys.map(({ name }) => name);
      log.warn(
        { evt: 'epoch_not_sealed', members },
        'these members of a room cannot get its key until they renew theirs: sealing to their key cards fails',
      );
    }
  }

  #draftOf(session: Draft['session'], room: Room, maker: Person): Draft {
    const draft = this.#drafts.get(draftId(room, maker));
    if (draft?.session !== session)
      throw new Refusal('conflict', 'begin the epoch first, and finish it within a minute');
    return draft;
  }

  #drop(id: string): void {
    this.#drafts.get(id)?.cancel();
    this.#drafts.delete(id);
  }
}

function draftId(room: Room, maker: Person): string {
  return hex(room.id) + hex(maker.idFp);
}

function taken(): Refusal {
  return new Refusal('conflict', 'somebody else made the next key: fetch it and use that one');
}

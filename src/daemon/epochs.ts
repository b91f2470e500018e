/** Epochs on their way in: a header, then the members' chunks in several requests, then all of it at once into the store. */
import { equal, hex } from '../protocol/bytes.ts';
import { type Epoch, memberSetHash, openEpoch, parseEpoch } from '../protocol/epoch.ts';
import { Refusal } from '../protocol/errors.ts';
import { encodeEvent } from '../protocol/messages.ts';
import type { Chat } from './chat.ts';
import type { Directory } from './directory.ts';
import type { Room } from './room.ts';
import type { Person, Placed, Store } from './store/store.ts';

type Draft = {
  room: Room;
  epoch: Epoch;
  bytes: Uint8Array;
  logN: number;
  /** Who may have one, and who has. */
  members: Map<string, Person>;
  chunks: Map<string, Key>;
};
type Key = { idFp: Uint8Array; name: string; chunk: Uint8Array };

export type EpochsParts = {
  store: Pick<Store, 'appendEpoch'>;
  directory: Pick<Directory, 'newest' | 'keyOf'>;
  chat: Pick<Chat, 'post' | 'tellOne'>;
};

export class Epochs {
  readonly #parts: EpochsParts;
  /** One a session; it goes with its session. */
  readonly #drafts = new WeakMap<object, Draft>();

  constructor(parts: EpochsParts) {
    this.#parts = parts;
  }

  /**
   * Takes the signed header; an unfinished epoch of this session is dropped. `members` is how many chunks will come.
   * @throws ProtocolError 'room', Refusal 'stale-epoch' (made for a log that others have left since), 'conflict' (epochPrev).
   */
  async begin(
    session: object,
    room: Room,
    epoch: { bytes: Uint8Array; members: number; maker: Person },
  ): Promise<void> {
    const { bytes, members, maker } = epoch;
    const parsed = parseEpoch(bytes);
    const key = await this.#parts.directory.keyOf(maker.idFp);
    if (!equal(parsed.maker, maker.idFp) || !equal(parsed.room, room.id) || key === null) {
      throw new Refusal('not-permitted', 'an epoch is made by a member, for this room');
    }
    openEpoch(bytes, key);
    const logN = room.numberOf(parsed.logHead);
    if (logN === undefined) throw new Refusal('conflict', 'this server does not know that log entry: fetch the log');
    const present = new Map(room.membersAt(logN).map((member) => [hex(member.idFp), member]));
    if (members > present.size) {
      throw new Refusal('stale-epoch', 'somebody left since: fetch the log and make the key again');
    }
    this.#drafts.set(session, { room, epoch: parsed, bytes, logN, members: present, chunks: new Map() });
  }

  /** @throws Refusal 'bad-request' for a chunk of who is no member, or a second one. */
  addKeys(session: object, room: Room, keys: { idFp: Uint8Array; chunk: Uint8Array }[]): void {
    const draft = this.#draftOf(session, room);
    for (const { idFp, chunk } of keys) {
      const id = hex(idFp);
      const name = draft.members.get(id)?.name;
      if (name === undefined || draft.chunks.has(id)) {
        throw new Refusal('bad-request', 'each member of the room gets one chunk, and nobody else');
      }
      draft.chunks.set(id, { idFp, name, chunk });
    }
  }

  /**
   * Makes the epoch current and gives each member its own chunk, after the answer.
   * @throws Refusal 'bad-request' (a member with a valid card has no chunk), 'stale-card', 'conflict', 'stale-epoch'.
   */
  async commit(session: object, room: Room, maker: Person): Promise<Placed> {
    const { epoch, bytes, logN, members, chunks } = this.#draftOf(session, room);
    this.#drafts.delete(session);
    const cards = [...members.values()].map(({ idFp }) => this.#parts.directory.newest(idFp));
    const known = cards.filter((card) => card !== undefined);
    if (!equal(memberSetHash(known), epoch.memberSetHash)) {
      throw new Refusal('stale-card', 'somebody renewed their keys: fetch the members and make the key again');
    }
    // Whose card has ended gets none, and asks for a grant once they have renewed it.
    if (known.some(({ idFp, notAfter }) => notAfter >= epoch.time && !chunks.has(hex(idFp)))) {
      throw new Refusal('bad-request', 'a member has no chunk yet: send all keys before the commit');
    }
    const keys = [...chunks.values()];
    const { seq, at, again } = await this.#parts.store.appendEpoch({
      room: room.id,
      author: maker,
      epochId: epoch.epochId,
      epochPrev: epoch.epochPrev,
      logN,
      bytes,
      keys: keys.map(({ idFp, chunk }) => ({ idFp, chunk })),
    });
    if (again) return { seq, at };
    room.epoch = { id: epoch.epochId, logN };
    this.#parts.chat.post(room.id, seq, () => {
      const entry = { seq, at, kind: 'epoch', from: maker.name, bytes, file: null } as const;
      const chunkOf = new Map(keys.map(({ name, chunk }) => [name, chunk]));
      for (const name of room.names) {
        const chunk = chunkOf.get(name);
        const own = chunk === undefined ? [] : [{ kind: 'chunk' as const, bytes: chunk }];
        this.#parts.chat.tellOne(
          name,
          encodeEvent('posted', { conversation: room.id, with: null, entry: { ...entry, keys: own } }),
        );
      }
    });
    return { seq, at };
  }

  #draftOf(session: object, room: Room): Draft {
    const draft = this.#drafts.get(session);
    if (draft?.room !== room) throw new Refusal('bad-request', 'begin the epoch first');
    return draft;
  }
}

/**
 * A room as this client sees it: its log and epochs up to date, its messages opened and sealed. Today there is one: the
 * lobby.
 */
import { equal, fromHex, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { parseEpoch } from '../../protocol/sealed/epoch.ts';
import { parseLogEntry } from '../../protocol/sealed/room-log.ts';
import { openRoomMessage, parseRoomMessage, sealRoomMessage } from '../../protocol/sealed/room-message.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import { ClientError } from '../errors.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { ChainPosition, ConversationRef, Opened } from '../notes/private-notes.ts';
import { type KnownEpoch, Locked, RoomKeys } from './room-keys.ts';
import { RoomMembers } from './room-members.ts';
import { type RekeyNeeds, RoomRekey } from './room-rekey.ts';

const PAGE = 500;
/** Entries of one kind that are fetched at once, however many the daemon has. */
const MAX_FETCHED = 100_000;

export type RoomNeeds = Omit<RekeyNeeds, 'sync' | 'refetch'> & { notice(text: string): void };

export class Rooms {
  readonly members: RoomMembers;
  readonly keys: RoomKeys;
  readonly rekey: RoomRekey;
  readonly #context: AccountContext;
  readonly #place: ConversationRef;
  #syncing: Promise<void> | null = null;
  /** The epochs of this login were fetched. */
  #looked = false;
  /** Who came and went while there was no link is not known yet. */
  #behind = true;
  readonly #needs: Pick<RoomNeeds, 'notice' | 'found'>;

  private constructor(
    context: AccountContext,
    place: ConversationRef,
    members: RoomMembers,
    keys: RoomKeys,
    needs: RoomNeeds,
  ) {
    this.#context = context;
    this.#place = place;
    this.#needs = needs;
    this.members = members;
    this.keys = keys;
    context.connection.onState(({ state }) => {
      if (state !== 'online') this.#behind = true;
    });
    this.rekey = new RoomRekey(context, members, keys, {
      ...needs,
      sync: () => this.sync(),
      refetch: (known) => this.#refetch(known),
    });
  }

  static async open(context: AccountContext, place: ConversationRef, needs: RoomNeeds): Promise<Rooms> {
    const members = await RoomMembers.load(context, place.id);
    return new Rooms(context, place, members, await RoomKeys.load(context, members), needs);
  }

  /** Fetches and checks what the log and the epochs have grown by. @throws ProtocolError 'room' */
  async sync(): Promise<void> {
    // Whoever asks while one is under way wants what is new now, not what that one asked for.
    while (this.#syncing !== null) await this.#syncing.catch(() => {});
    this.#syncing = this.#sync().finally(() => {
      this.#syncing = null;
    });
    await this.#syncing;
  }

  /** Before messages are opened: takes log and epoch entries that stand among them. */
  async prepare(place: ConversationRef, entries: readonly Entry[]): Promise<void> {
    if (!this.#is(place)) return;
    for (const entry of entries) {
      if (entry.kind === 'log' && entry.seq > this.members.seq) {
        const next = parseLogEntry(entry.bytes).n === this.members.log.n + 1;
        await (next ? this.members.take([entry]) : this.sync());
      } else if (entry.kind === 'epoch' && entry.seq > this.keys.headSeq) {
        const { epochPrev, logHead } = parseEpoch(entry.bytes);
        const next = equal(epochPrev, this.keys.headId) && this.members.numberOf(logHead) !== null;
        await (next ? this.#takeEpoch(entry) : this.sync());
      }
    }
  }

  /** Brings the log up to date and joins where this identity is not in the room: at first, or when the daemon removed it. */
  async join(): Promise<void> {
    if ((await this.members.join(() => this.sync())) !== 'returned') return;
    const { name } = this.#place;
    this.#needs.notice(
      `the server had removed you from ${name}; you are in it again, and what was said meanwhile cannot be read`,
    );
  }

  /** Was this place taken while I was not in the room? */
  withoutMe(place: ConversationRef, seq: number): boolean {
    return this.#is(place) && !this.members.wasMember(hex(this.#context.keyring.me.idFp), seq);
  }

  /** The identities, hex, whose signing keys it takes to open this message: its author's, and the one of who made its key where that was refused. */
  claimants(place: ConversationRef, bytes: Uint8Array): string[] {
    if (!this.#is(place)) return [];
    try {
      const { from, epochId } = parseRoomMessage(bytes);
      const maker = this.keys.refusedMaker(hex(epochId));
      return [hex(from), ...(maker === null ? [] : [hex(maker)])];
    } catch (error) {
      if (error instanceof ProtocolError) return [];
      throw error;
    }
  }

  /** The name of a member whose key is another than the accepted one, and can be accepted; null for any other identity. */
  async unaccepted(idFp: string): Promise<string | null> {
    const { keyring } = this.#context;
    const name = this.members.nameOf(idFp);
    if (name === null || !this.members.log.isMember(fromHex(idFp))) return null;
    const isAccepted = (await keyring.acceptedSpki(fromHex(idFp), name)) !== null;
    return isAccepted || (await keyring.pinned(name)) === null ? null : name;
  }

  /** @throws Locked without the key, ProtocolError 'room' when it is no message of a member at its place */
  async open(place: ConversationRef, entry: Entry): Promise<Opened> {
    if (!this.#is(place)) throw new ProtocolError('room', 'of another room');
    const header = parseRoomMessage(entry.bytes);
    const author = hex(header.from);
    const name = this.members.nameOf(author);
    if (!equal(header.room, place.id) || name === null || !this.members.wasMember(author, entry.seq))
      throw new ProtocolError('room', 'by nobody of the room');
    const claim = { author, id: hex(header.msgId), device: header.device, deviceSeq: header.seq };
    const epoch = hex(header.epochId);
    const known = this.keys.get(epoch);
    if (known === null || known.key === null) throw new Locked({ ...claim, epoch });
    const head = this.members.numberOf(known.epoch.logHead) ?? 0;
    if (entry.seq < known.seq || this.members.leftBetween(head, entry.seq))
      throw new ProtocolError('room', 'under an epoch that was not made yet, or after which somebody had left');
    const authorSpki = await this.#context.keyring.sigSpkiOf(header.from, name);
    if (authorSpki === null) throw new ProtocolError('room', 'its author is not the pinned one');
    const opened = openRoomMessage(entry.bytes, {
      key: known.key,
      authorSpki,
      room: place.id,
      epochId: header.epochId,
    });
    return {
      ...claim,
      prev: opened.prev,
      seen: opened.seen,
      said: { from: name, sentAt: opened.sentAt, late: false, hash: opened.hash, content: opened.content },
    };
  }

  /** Under the current epoch, which is made when it has to be. */
  async seal(
    item: ChainPosition & { id: Uint8Array; sentAt: number; content: Content },
  ): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
    const { keyring, rsa, profile } = this.#context;
    if (this.#behind) await this.sync();
    if (!this.members.joined) await this.join();
    // Not before the epochs that there are have been looked at.
    if (!this.#looked) await this.sync();
    const epoch = await this.rekey.ready();
    const { message, hash } = await sealRoomMessage(rsa, {
      room: this.#place.id,
      epochId: epoch.epoch.epochId,
      key: epoch.key,
      identity: keyring.me.identity,
      from: keyring.me.idFp,
      device: item.device,
      seq: item.deviceSeq,
      msgId: item.id,
      prev: item.prev,
      seen: [...item.seen],
      sentAt: item.sentAt,
      content: item.content,
      random: profile.random,
    });
    return { bytes: message, hash };
  }

  #is(place: ConversationRef): boolean {
    return place.key === this.#place.key;
  }

  async #sync(): Promise<void> {
    // Epochs first, and then the log: so that it holds every entry that they name.
    const { joined } = this.members;
    const epochs = joined ? await this.#newEpochs() : null;
    await this.members.take(await this.#fetch('log', this.members.seq));
    for (const entry of epochs ?? []) await this.#takeEpoch(entry);
    for (const epoch of await this.keys.takeAccepted()) this.#needs.found(epoch);
    this.#looked ||= epochs !== null;
    this.#behind = false;
  }

  /** null when the daemon shows none any more: it has removed me, and the log says so. */
  async #newEpochs(): Promise<Entry[] | null> {
    try {
      return await this.#fetch('epoch', this.keys.headSeq);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'no-such-conversation') return null;
      throw error;
    }
  }

  async #fetch(kind: 'log' | 'epoch', from: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let after = from; ; ) {
      const page = await this.#context.connection.request('fetch', {
        conversation: this.#place.id,
        after,
        before: null,
        limit: PAGE,
        newest: false,
        kinds: [kind],
      });
      const next = page.entries.filter((entry) => entry.kind === kind && entry.seq > after);
      entries.push(...next);
      if (entries.length > MAX_FETCHED)
        throw new ClientError('untrusted', `what the server gives of ${this.#place.name} has no end; ask its operator`);
      const last = next.at(-1);
      if (!page.more || last === undefined) return entries;
      after = last.seq;
    }
  }

  /** An epoch that breaks a rule is not used; whoever speaks next makes another one. */
  async #takeEpoch(entry: Entry): Promise<void> {
    try {
      await this.keys.take(entry);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#needs.notice(`${this.#place.name}: a new key by ${entry.from ?? 'nobody'} was refused: ${error.message}`);
    }
  }

  async #refetch(known: KnownEpoch): Promise<void> {
    const { entries } = await this.#context.connection.request('fetch', {
      conversation: this.#place.id,
      after: known.seq - 1,
      before: known.seq + 1,
      limit: 1,
      newest: false,
      kinds: ['epoch'],
    });
    for (const entry of entries) if (entry.kind === 'epoch' && entry.seq === known.seq) await this.#takeEpoch(entry);
  }
}

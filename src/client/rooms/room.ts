/** A room as this client sees it: its members and keys, and its messages opened and sealed. */
import { equal, fromHex, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { openRoomMessage, parseRoomMessage, sealRoomMessage } from '../../protocol/sealed/room-message.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { ChainPosition, OpenedEntry } from '../notes/private-notes.ts';
import type { People } from '../people/people.ts';
import { EpochKeyRequests } from './epoch-key-requests.ts';
import { MissingEpochKey, RoomKeys } from './room-keys.ts';
import { RoomMembers } from './room-members.ts';
import { RoomRekey } from './room-rekey.ts';
import { RoomSync } from './room-sync.ts';

export class Room {
  readonly ref: RoomRef;
  readonly members: RoomMembers;
  readonly keys: RoomKeys;
  readonly sync: RoomSync;
  readonly rekey: RoomRekey;
  readonly keyRequests: EpochKeyRequests;
  readonly #context: ClientContext;

  private constructor(
    context: ClientContext,
    bus: ClientBus,
    people: Pick<People, 'othersOnline'>,
    ref: RoomRef,
    members: RoomMembers,
    keys: RoomKeys,
  ) {
    this.#context = context;
    this.ref = ref;
    this.members = members;
    this.keys = keys;
    this.sync = new RoomSync(context, bus, ref, members, keys);
    this.rekey = new RoomRekey({ context, bus, people, ref, members, keys, sync: this.sync });
    this.keyRequests = new EpochKeyRequests({ ref, keys, rekey: this.rekey, clock: context.clock, bus });
  }

  static async open(
    context: ClientContext,
    bus: ClientBus,
    people: Pick<People, 'othersOnline'>,
    ref: RoomRef,
  ): Promise<Room> {
    const members = await RoomMembers.load(context, ref.id);
    return new Room(context, bus, people, ref, members, await RoomKeys.load(context, members));
  }

  /** Whether I was not a member at `seq`. */
  wasAbsentAt(seq: number): boolean {
    return !this.members.wasMember(hex(this.#context.keyring.me.idFp), seq);
  }

  /** The identities, hex, whose keys are needed to open this message: its author's and, if its epoch was refused, the maker's. */
  neededIdentities(bytes: Uint8Array): string[] {
    try {
      const { from, epochId } = parseRoomMessage(bytes);
      const maker = this.keys.refusedMaker(hex(epochId));
      return [hex(from), ...(maker === null ? [] : [hex(maker)])];
    } catch (error) {
      if (error instanceof ProtocolError) return [];
      throw error;
    }
  }

  /** The name of a member whose key differs from the accepted one, and can be accepted; null for any other identity. */
  async nameToAccept(idFp: string): Promise<string | null> {
    const { keyring } = this.#context;
    const name = this.members.nameOf(idFp);
    if (name === null || !this.members.log.isMember(fromHex(idFp))) return null;
    const isAccepted = (await keyring.acceptedSpki(fromHex(idFp), name)) !== null;
    return isAccepted || (await keyring.pinned(name)) === null ? null : name;
  }

  /** @throws Locked when the key is missing, ProtocolError 'room' when it is not a member's message under a valid epoch */
  async open(entry: Entry): Promise<OpenedEntry> {
    const header = parseRoomMessage(entry.bytes);
    const author = hex(header.from);
    const name = this.members.nameOf(author);
    if (!equal(header.room, this.ref.id) || name === null || !this.members.wasMember(author, entry.seq))
      throw new ProtocolError('room', 'its author was no member of the room');
    const claim = { author, id: hex(header.msgId), device: header.device, deviceSeq: header.seq };
    const epoch = hex(header.epochId);
    const known = this.keys.get(epoch);
    if (known === null || known.key === null) throw new MissingEpochKey({ ...claim, epoch });
    const head = this.members.numberOf(known.epoch.logHead) ?? 0;
    if (entry.seq < known.seq || this.members.leftBetween(head, entry.seq))
      throw new ProtocolError('room', 'its epoch was made later, or a member had left since');
    const authorSpki = await this.#context.keyring.sigSpkiOf(header.from, name);
    if (authorSpki === null) throw new ProtocolError('room', 'its author is not the pinned one');
    const opened = openRoomMessage(entry.bytes, {
      key: known.key,
      authorSpki,
      room: this.ref.id,
      epochId: header.epochId,
    });
    return {
      ...claim,
      prev: opened.prev,
      seen: opened.seen,
      body: { from: name, sentAt: opened.sentAt, late: false, hash: opened.hash, content: opened.content },
    };
  }

  /** Seals under the current epoch, and makes a new one if needed. @param head returns the highest known seq of the conversation */
  async seal(
    item: ChainPosition & { id: Uint8Array; sentAt: number; content: Content },
    head: () => number,
  ): Promise<{ bytes: Uint8Array; hash: Uint8Array }> {
    const { keyring, rsa, profile } = this.#context;
    await this.sync.prepareToSend();
    const epoch = await this.rekey.epochForSending(head);
    const { message, hash } = await sealRoomMessage(rsa, {
      room: this.ref.id,
      epochId: epoch.epoch.epochId,
      key: epoch.key,
      identity: keyring.me.identity,
      from: keyring.me.idFp,
      device: item.device,
      seq: item.deviceSeq,
      msgId: item.id,
      life: 0,
      prev: item.prev,
      seen: [...item.seen],
      logHead: this.members.log.head,
      sentAt: item.sentAt,
      content: item.content,
      random: profile.random,
    });
    return { bytes: message, hash };
  }
}

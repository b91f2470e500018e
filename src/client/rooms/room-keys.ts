/** A room's epochs, and their keys as far as this profile has them. Keys are stored sealed. */
import { equal, hex, utf8 } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import {
  EPOCH_SKEW_MS,
  type Epoch,
  openEpoch,
  openEpochKey,
  openGrant,
  parseEpoch,
} from '../../protocol/sealed/epoch.ts';
import type { Entry } from '../../protocol/wire/fields.ts';
import type { ClientContext } from '../login/client-context.ts';
import type { RoomMembers } from './room-members.ts';

/** Thrown for a message whose epoch key is missing; holds its clear header. */
export class MissingEpochKey extends Error {
  override readonly name = 'Locked';
  readonly epoch: string;
  readonly author: string;
  readonly id: string;
  readonly device: number;
  readonly deviceSeq: number;

  constructor(claim: { epoch: string; author: string; id: string; device: number; deviceSeq: number }) {
    super('the key of this epoch is not here');
    this.epoch = claim.epoch;
    this.author = claim.author;
    this.id = claim.id;
    this.device = claim.device;
    this.deviceSeq = claim.deviceSeq;
  }
}

export type KnownEpoch = {
  id: string;
  epoch: Epoch;
  /** Its seq in the conversation. */
  seq: number;
  key: Uint8Array | null;
  /** Its maker gave me a chunk that is not the key. Not stored. */
  wrong: boolean;
};

export class RoomKeys {
  readonly #context: ClientContext;
  readonly #members: RoomMembers;
  readonly #room: string;
  readonly #epochs = new Map<string, KnownEpoch>();
  /** Epochs that wait for their maker's key to be accepted, in order. Their signatures are not checked yet. */
  readonly #refused = new Map<string, KnownEpoch & { bytes: Uint8Array }>();
  /** Epochs are taken one after the other. */
  readonly #mutex = new Mutex();
  #current: KnownEpoch | null = null;
  /** The newest epoch in the daemon's order, also if it was refused here: the next one must name it. */
  #head: { id: Uint8Array; seq: number } = { id: new Uint8Array(32), seq: 0 };

  private constructor(context: ClientContext, members: RoomMembers) {
    this.#context = context;
    this.#members = members;
    this.#room = hex(members.room);
  }

  static async load(context: ClientContext, members: RoomMembers): Promise<RoomKeys> {
    const keys = new RoomKeys(context, members);
    const rows = await context.profile.db.all(
      'SELECT epoch, seq, bytes, key, refused FROM epochs WHERE account = ? AND room = ? ORDER BY seq',
      [context.account, keys.#room],
    );
    for (const row of rows) {
      const id = String(row.epoch);
      const bytes = row.bytes as Uint8Array;
      const key = row.key === null ? null : context.profile.open(row.key as Uint8Array, keys.#aad(id));
      const known = { id, epoch: parseEpoch(bytes), seq: Number(row.seq), key, wrong: false };
      if (row.refused === 1) keys.#refuse({ ...known, bytes });
      // Its signature was checked before it was stored.
      else keys.#add(known);
    }
    return keys;
  }

  /** The epoch in use; null when there is none, or this client refused the newest one. */
  get current(): KnownEpoch | null {
    return this.#current?.seq === this.#head.seq ? this.#current : null;
  }

  /** The seq of the newest epoch. */
  get headSeq(): number {
    return this.#head.seq;
  }

  /** The id that the next epoch must name; zeros when there is no epoch. */
  get headId(): Uint8Array {
    return this.#head.id;
  }

  get(id: string): KnownEpoch | null {
    return this.#epochs.get(id) ?? null;
  }

  /** The maker's identity fingerprint if the epoch waits for the maker's key to be accepted; else null. */
  refusedMaker(id: string): Uint8Array | null {
    return this.#refused.get(id)?.epoch.maker ?? null;
  }

  /** Whether no member has left since the epoch was made: messages under it are accepted, and its key may be granted. */
  isOpen({ epoch }: KnownEpoch): boolean {
    return (this.#members.numberOf(epoch.logHead) ?? 0) >= this.#members.log.lastDeparture;
  }

  /** The newest open epoch with a key. */
  newestOpen(): (KnownEpoch & { key: Uint8Array }) | null {
    let newest: (KnownEpoch & { key: Uint8Array }) | null = null;
    for (const known of this.#epochs.values()) {
      if (known.key === null || known.seq < (newest?.seq ?? 0)) continue;
      if (this.isOpen(known)) newest = { ...known, key: known.key };
    }
    return newest;
  }

  /**
   * Checks and stores the conversation's next epoch; a known one changes nothing.
   * @throws ProtocolError 'room' for a maker or a log head that is not in the log
   */
  take(entry: Entry): Promise<KnownEpoch> {
    return this.#mutex.run(() => this.#take(entry));
  }

  async #take(entry: Entry): Promise<KnownEpoch> {
    const claimed = parseEpoch(entry.bytes);
    const known = this.#epochs.get(hex(claimed.epochId));
    if (known !== undefined && (known.key !== null || entry.keys.length === 0)) return known;
    try {
      const taken = await this.#check(entry, claimed, known);
      this.#add(taken);
      await this.#store(taken, entry.bytes, false);
      return taken;
    } catch (error) {
      // Although it is refused, the next epoch has to name it.
      if (error instanceof ProtocolError) this.#raiseHead(claimed.epochId, entry.seq);
      throw error;
    }
  }

  /** Takes refused epochs whose makers' keys the person has accepted since. @returns the ids of these epochs, in order */
  takeAccepted(): Promise<string[]> {
    return this.#mutex.run(async () => {
      const taken: string[] = [];
      for (const { bytes, ...known } of [...this.#refused.values()]) {
        const maker = known.epoch.maker;
        const spki = await this.#context.keyring.acceptedSpki(maker, this.#members.nameOf(hex(maker)) ?? '');
        if (spki === null) continue;
        this.#refused.delete(known.id);
        if (!isSigned(bytes, spki)) continue;
        this.#add(known);
        await this.#store(known, bytes, false);
        taken.push(known.id);
      }
      return taken;
    });
  }

  async #check(entry: Entry, claimed: Epoch, known: KnownEpoch | undefined): Promise<KnownEpoch> {
    const maker = hex(claimed.maker);
    const name = this.#members.nameOf(maker);
    if (!equal(claimed.room, this.#members.room) || name === null || !this.#members.wasMember(maker, entry.seq))
      throw new ProtocolError('room', 'the maker of the epoch was no member of the room');
    // An epoch of the future would never get old, and would leave out members whose cards end before its time.
    if (claimed.time > entry.at + EPOCH_SKEW_MS) throw new ProtocolError('room', 'an epoch of the future');
    const head = this.#members.numberOf(claimed.logHead);
    if (head === null) throw new ProtocolError('room', 'an epoch for another log');
    if (known === undefined && !equal(claimed.epochPrev, this.#head.id))
      throw new ProtocolError('room', 'an epoch that does not follow the current one');
    const spki = await this.#context.keyring.sigSpkiOf(claimed.maker, name);
    const epoch = spki === null ? claimed : openEpoch(entry.bytes, spki);
    const taken: KnownEpoch = known ?? { id: hex(epoch.epochId), epoch, seq: entry.seq, key: null, wrong: false };
    for (const given of entry.keys) {
      if (taken.key !== null) break;
      taken.key = await this.#open(epoch, given.kind, given.bytes);
      taken.wrong ||= taken.key === null && given.kind === 'chunk';
    }
    if (spki !== null) return taken;
    // Everything but the signature is checked: it is used once the person accepts the maker's key.
    await this.#store(taken, entry.bytes, true);
    this.#refuse({ ...taken, bytes: entry.bytes });
    throw new ProtocolError('room', 'an epoch made under a key that is not the pinned one');
  }

  /** Checks a granted key against the epoch's commitment. @returns false when it is not the key */
  async takeGrant(id: string, grant: Uint8Array): Promise<boolean> {
    const known = this.#epochs.get(id);
    if (known === undefined) return false;
    known.key ??= await this.#open(known.epoch, 'grant', grant);
    if (known.key === null) return false;
    await this.#storeKey(id, known.key);
    return true;
  }

  /** Stores the key of an epoch that this client made. */
  async storeMade(id: string, key: Uint8Array): Promise<void> {
    const known = this.#epochs.get(id);
    if (known === undefined || known.key !== null) return;
    known.key = key;
    await this.#storeKey(id, key);
  }

  #add(known: KnownEpoch): void {
    this.#epochs.set(known.id, known);
    this.#raiseHead(known.epoch.epochId, known.seq);
    if (this.#current === null || known.seq > this.#current.seq) this.#current = known;
  }

  #refuse(known: KnownEpoch & { bytes: Uint8Array }): void {
    this.#refused.set(known.id, known);
    this.#raiseHead(known.epoch.epochId, known.seq);
  }

  #raiseHead(id: Uint8Array, seq: number): void {
    if (seq > this.#head.seq) this.#head = { id, seq };
  }

  /** Tries each of my encryption keys: the epoch may be sealed to a retired one. null when none opens it. */
  async #open(epoch: Epoch, kind: 'chunk' | 'grant', bytes: Uint8Array): Promise<Uint8Array | null> {
    const { keyring, rsa } = this.#context;
    for (const key of keyring.encryptionKeys()) {
      try {
        const mine = { idFp: keyring.me.idFp, ...key };
        return kind === 'chunk'
          ? await openEpochKey(rsa, epoch, bytes, mine)
          : await openGrant(rsa, epoch, bytes, mine);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
    return null;
  }

  async #store(known: KnownEpoch, bytes: Uint8Array, refused: boolean): Promise<void> {
    const { account, profile } = this.#context;
    await profile.db.run(
      `INSERT INTO epochs (account, room, epoch, seq, bytes, maker, refused) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET refused = min(refused, excluded.refused)`,
      [account, this.#room, known.id, known.seq, bytes, hex(known.epoch.maker), refused ? 1 : 0],
    );
    if (known.key !== null) await this.#storeKey(known.id, known.key);
  }

  async #storeKey(id: string, key: Uint8Array): Promise<void> {
    const { account, profile } = this.#context;
    await profile.db.run('UPDATE epochs SET key = ? WHERE account = ? AND room = ? AND epoch = ?', [
      profile.seal(key, this.#aad(id)),
      account,
      this.#room,
      id,
    ]);
  }

  #aad(id: string): Uint8Array {
    return utf8(`epoch:${this.#context.account}:${this.#room}:${id}`);
  }
}

function isSigned(bytes: Uint8Array, spki: Uint8Array): boolean {
  try {
    openEpoch(bytes, spki);
    return true;
  } catch {
    return false;
  }
}

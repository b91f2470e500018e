/** Getting a key to speak under: the one in use, one that somebody grants, or a new one that is sealed to every member. */
import { equal, hex } from '../../protocol/bytes.ts';
import { type Card, isSealable, openCard } from '../../protocol/card.ts';
import { mintEpoch, sealGrant } from '../../protocol/epoch.ts';
import { ProtocolError, Refusal } from '../../protocol/errors.ts';
import type { EventParams } from '../../protocol/events.ts';
import type { ChatContext } from './chat-context.ts';
import { ClientError } from './errors.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomMembers } from './room-members.ts';

const EPOCH_LIFE_MS = 7 * 24 * 3_600_000;
const EPOCH_MESSAGES = 1000;
/**
 * In a room of up to so many the next speaker makes a new key after a join: else what is said while nobody who has the key is
 * online together with the newcomer could never be read by them. In a larger one somebody is, and grants.
 */
const SMALL_ROOM = 100;
const KEYS_AT_ONCE = 128;
/** The daemon asks three members, 2 s apart. */
const GRANT_WAIT_MS = 6_500;
const MAX_RACES = 10;

export type RekeyNeeds = {
  /** Brings log and epochs up to date with the daemon. */
  sync(): Promise<void>;
  /** Looks once more at an epoch's entry: the daemon keeps grants beside it. */
  refetch(known: KnownEpoch): Promise<void>;
  /** The key of this epoch is here now: what was said under it can be opened. */
  found(epoch: string): void;
  /** Is any other member here, who could grant? */
  othersOnline(): Promise<boolean>;
  /** The conversation's head. */
  head(): number;
};

export class RoomRekey {
  readonly #context: ChatContext;
  readonly #members: RoomMembers;
  readonly #keys: RoomKeys;
  readonly #needs: RekeyNeeds;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(context: ChatContext, members: RoomMembers, keys: RoomKeys, needs: RekeyNeeds) {
    this.#context = context;
    this.#members = members;
    this.#keys = keys;
    this.#needs = needs;
  }

  /** An epoch to speak under, with its key. Asks, waits and mints as needed. @throws ClientError, Refusal */
  async ready(): Promise<KnownEpoch & { key: Uint8Array }> {
    for (let race = 0; race < MAX_RACES; race++) {
      const current = this.#keys.current;
      if (current !== null && !this.#worn(current)) {
        if (current.key !== null) return { ...current, key: current.key };
        if (await this.#asked(current)) continue;
      }
      try {
        await this.#mint();
      } catch (error) {
        // Somebody else made one meanwhile, or somebody left.
        if (!(error instanceof Refusal && ['conflict', 'stale-epoch', 'stale-card'].includes(error.code))) throw error;
        await this.#needs.sync();
      }
    }
    throw new ClientError('refused', 'the room changes its key all the time; try again');
  }

  /** A newcomer lacks the key. Checked here, whatever the daemon says: who is no member of the log is given nothing. */
  async wanted({ epochId, name }: EventParams<'grant-wanted'>): Promise<void> {
    const current = this.#keys.current;
    if (current === null || current.key === null || !equal(current.epoch.epochId, epochId)) return;
    const { card, changedTo } = await this.#context.keyring.cardOf(name);
    if (!this.#members.log.isMember(card.idFp)) await this.#needs.sync();
    if (changedTo !== null || !this.#members.log.isMember(card.idFp)) return;
    // An old card may be shown because its key has leaked.
    if (!isSealable(card, this.#context.clock.now())) return;
    const grant = await sealGrant(this.#context.rsa, current.epoch, current.key, card);
    await this.#context.connection.request('grant', { room: this.#members.room, epochId, to: name, grant });
  }

  /** @returns whether it was the key of a known epoch that lacked it */
  async granted({ epochId, grant }: EventParams<'granted'>): Promise<boolean> {
    const id = hex(epochId);
    if (this.#keys.get(id) === null) await this.#needs.sync();
    const known = this.#keys.get(id);
    if (known === null || known.key !== null || !(await this.#keys.takeGrant(id, grant))) return false;
    for (const wake of this.#waiting.get(id) ?? []) wake();
    return true;
  }

  /** Asks the members for the key of an epoch, without waiting. */
  async ask(known: KnownEpoch): Promise<void> {
    await this.#context.connection.request('grant-ask', { room: this.#members.room, epochId: known.epoch.epochId });
  }

  async #asked(known: KnownEpoch): Promise<boolean> {
    await this.#needs.refetch(known);
    if (known.key !== null) {
      this.#needs.found(known.id);
      return true;
    }
    if (!(await this.#needs.othersOnline())) return false;
    const { clock } = this.#context;
    const waiters = this.#waiting.get(known.id) ?? new Set();
    this.#waiting.set(known.id, waiters);
    const came = new Promise<void>((done) => {
      const end = () => {
        cancel();
        waiters.delete(end);
        done();
      };
      const cancel = clock.after(GRANT_WAIT_MS, end);
      waiters.add(end);
    });
    try {
      await this.ask(known);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await this.#needs.sync();
      return false;
    }
    await came;
    return known.key !== null;
  }

  /** Old, much used, known to somebody who left, or not sealed to somebody who came. */
  #worn(known: KnownEpoch): boolean {
    const head = this.#members.numberOf(known.epoch.logHead) ?? 0;
    return (
      this.#members.log.lastDeparture > head ||
      (this.#members.lastArrival > head && this.#members.log.members.size <= SMALL_ROOM) ||
      this.#context.clock.now() - known.epoch.time > EPOCH_LIFE_MS ||
      this.#needs.head() - known.seq >= EPOCH_MESSAGES
    );
  }

  async #mint(): Promise<void> {
    await this.#needs.sync();
    const { connection, keyring, rsa, profile, clock } = this.#context;
    const { room, log } = this.#members;
    const members = await this.#cards();
    const { me } = keyring;
    const minted = await mintEpoch(rsa, {
      room,
      logHead: log.head,
      epochPrev: this.#keys.headId,
      maker: { ...me.identity, idFp: me.idFp },
      time: clock.now(),
      members,
      random: profile.random,
    });
    await connection.request('epoch-begin', { room, epoch: minted.epoch, members: minted.keys.length });
    for (let start = 0; start < minted.keys.length; start += KEYS_AT_ONCE)
      await connection.request('epoch-keys', { room, keys: minted.keys.slice(start, start + KEYS_AT_ONCE) });
    await connection.request('epoch-commit', { room });
    await this.#needs.sync();
    await this.#keys.made(hex(minted.epochId), minted.key);
  }

  /** The current card of each member, as the daemon shows it and the log and the pins vouch for it. */
  async #cards(): Promise<Card[]> {
    const { connection, keyring } = this.#context;
    const { room, log } = this.#members;
    const cards = new Map<string, Card>();
    for (let after: Uint8Array | null = null; ; ) {
      const page: { members: { name: string; card: Uint8Array }[]; next: Uint8Array | null } = await connection.request(
        'members',
        { room, after },
      );
      for (const { name, card: bytes } of page.members) {
        const card = openCard(bytes);
        if (card.name !== name || log.members.get(hex(card.idFp)) !== name) continue;
        const pinned = await keyring.pinned(name);
        if (pinned !== null && equal(pinned.card.idFp, card.idFp)) checkAgainst(pinned.card, card);
        cards.set(hex(card.idFp), card);
      }
      if (page.next === null) break;
      after = page.next;
    }
    for (const [idFp, name] of log.members)
      if (!cards.has(idFp))
        throw new ClientError('refused', `the daemon gives no card of ${name}; the room stays closed`);
    return [...cards.values()];
  }
}

/** The pinned card or one that was made after it. @throws ProtocolError 'card' */
function checkAgainst(pinned: Card, card: Card): void {
  const older = pinned.cardSeq > card.cardSeq;
  const twin = pinned.cardSeq === card.cardSeq && !equal(pinned.hash, card.hash);
  if (older || twin) throw new ProtocolError('card', `an old or a second card of ${card.name}`);
}

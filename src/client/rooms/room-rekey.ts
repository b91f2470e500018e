/** Getting a key to speak under: the one in use, one that somebody grants, or a new one that is sealed to every member. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { type Card, isSealable, openCard } from '../../protocol/sealed/card.ts';
import {
  EPOCH_LIFE_MS,
  EPOCH_MAX_ENTRIES,
  EPOCH_SKEW_MS,
  mintEpoch,
  SMALL_ROOM_MEMBERS,
  sealGrant,
} from '../../protocol/sealed/epoch.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import { clockWarning } from '../connection/clock-skew.ts';
import { ClientError } from '../errors.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { AccountContext } from '../login/account-context.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { People } from '../people/people.ts';
import type { Pinned } from '../trust/pin-store.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomMembers } from './room-members.ts';
import type { RoomSync } from './room-sync.ts';

const KEYS_AT_ONCE = 128;
/** The daemon asks three members, 2 s apart. */
const GRANT_WAIT_MS = 6_500;
const MAX_RACES = 10;
/** How long no new key is tried after the daemon saw no cause for one. */
const NO_CAUSE_MS = 30_000;

export type RekeyParts = {
  context: AccountContext;
  bus: ClientBus;
  people: Pick<People, 'othersOnline'>;
  ref: RoomRef;
  members: RoomMembers;
  keys: RoomKeys;
  sync: RoomSync;
};

export class RoomRekey {
  readonly #context: AccountContext;
  readonly #bus: ClientBus;
  readonly #people: Pick<People, 'othersOnline'>;
  readonly #ref: RoomRef;
  readonly #members: RoomMembers;
  readonly #keys: RoomKeys;
  readonly #sync: RoomSync;
  readonly #waiting = new Map<string, Set<() => void>>();
  /** The place of the newest epoch when the daemon refused another one, and how long that holds, by the monotonic clock. */
  #kept = { headSeq: 0, until: 0 };

  constructor(parts: RekeyParts) {
    this.#context = parts.context;
    this.#bus = parts.bus;
    this.#people = parts.people;
    this.#ref = parts.ref;
    this.#members = parts.members;
    this.#keys = parts.keys;
    this.#sync = parts.sync;
  }

  /**
   * An epoch to speak under, with its key. Asks, waits and mints as needed.
   * @param head the highest known place of the conversation @throws ClientError, Refusal
   */
  async ready(head: () => number): Promise<KnownEpoch & { key: Uint8Array }> {
    for (let race = 0; race < MAX_RACES; race++) {
      const kept = this.#isKept() ? this.#good() : null;
      if (kept !== null) return kept;
      const current = this.#keys.current;
      if (current !== null && !this.#worn(current, head())) {
        if (current.key !== null) return { ...current, key: current.key };
        // Nobody else can be trusted to have the right one: a new key is made at once, if the daemon takes it.
        if (!current.wrong && (await this.#asked(current))) continue;
      }
      try {
        await this.#mint();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === 'rate-limited' && this.#good() !== null) {
          this.#kept = { headSeq: this.#keys.headSeq, until: this.#context.clock.monotonic() + NO_CAUSE_MS };
          continue;
        }
        if (error.code === 'rate-limited' && current?.wrong && (await this.#asked(current))) continue;
        // Somebody else made one meanwhile, or somebody left.
        if (!['conflict', 'stale-epoch', 'stale-card'].includes(error.code)) throw error;
        await this.#sync.sync();
      }
    }
    const good = this.#good();
    if (good !== null) return good;
    throw new Refusal('busy', 'others change the key of the room all the time');
  }

  /** A newcomer lacks the key. Checked here, whatever the daemon says: who is no member of the log is given nothing. */
  async wanted({ epochId, name }: EventParams<'grant-wanted'>): Promise<void> {
    const known = this.#keys.get(hex(epochId));
    if (known === null || known.key === null) return;
    const pinned = await this.#cardOf(name);
    if (pinned === null) return;
    const { card, changedTo } = pinned;
    if (!this.#members.log.isMember(card.idFp)) await this.#sync.sync();
    if (changedTo !== null || !this.#members.log.isMember(card.idFp)) return;
    if (!this.#mayHave(known, card)) return;
    // An old card may be shown because its key has leaked.
    if (!isSealable(card, this.#context.clock.now())) return;
    const grant = await this.#sealGrant(known.epoch, known.key, card);
    if (grant === null) return;
    await this.#context.connection.request('grant', { room: this.#members.room, epochId, to: name, grant });
  }

  /** Who came later than an epoch gets only the one that is spoken under: as little as can be of what was said before they came. */
  #mayHave(known: KnownEpoch, { idFp }: Card): boolean {
    return this.#good()?.id === known.id || (this.#keys.isOpen(known) && this.#members.wasMember(hex(idFp), known.seq));
  }

  /** null for cards that break a rule: that is the trouble of who asks, and nobody here needs to hear of it. */
  async #cardOf(name: string): Promise<Pinned | null> {
    try {
      return await this.#context.keyring.cardOf(name);
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  /** null when nothing can be sealed to the card. */
  async #sealGrant(epoch: KnownEpoch['epoch'], key: Uint8Array, card: Card): Promise<Uint8Array | null> {
    try {
      return await sealGrant(this.#context.rsa, epoch, key, card);
    } catch (error) {
      if (error instanceof ProtocolError) return null;
      throw error;
    }
  }

  /** @returns whether it was the key of a known epoch that lacked it */
  async granted({ epochId, grant }: EventParams<'granted'>): Promise<boolean> {
    const id = hex(epochId);
    if (this.#keys.get(id) === null) await this.#sync.sync();
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
    await this.#sync.refetch(known);
    if (known.key !== null) {
      this.#bus.publish('epoch-opened', { ref: this.#ref, epoch: known.id });
      return true;
    }
    if (!(await this.#people.othersOnline())) return false;
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
      await this.#sync.sync();
      return false;
    }
    await came;
    return known.key !== null;
  }

  /** Old, much used, known to somebody who left, or not sealed to somebody who came. */
  #worn(known: KnownEpoch, head: number): boolean {
    const logHead = this.#members.numberOf(known.epoch.logHead) ?? 0;
    return (
      !this.#keys.isOpen(known) ||
      (this.#members.lastArrival > logHead && this.#members.log.members.size <= SMALL_ROOM_MEMBERS) ||
      this.#daemonTime() - known.epoch.time > EPOCH_LIFE_MS ||
      head - known.seq >= EPOCH_MAX_ENTRIES
    );
  }

  /** As of the last login: times of epochs are the daemon's. */
  #daemonTime(): number {
    return this.#context.clock.now() - this.#context.connection.clockSkew;
  }

  #isKept(): boolean {
    const { headSeq, until } = this.#kept;
    return this.#keys.headSeq === headSeq && this.#context.clock.monotonic() < until;
  }

  /** The newest epoch whose key is here and after which nobody left. Newer ones without a key may be garbage. */
  #good(): (KnownEpoch & { key: Uint8Array }) | null {
    return this.#keys.newestOpen();
  }

  async #mint(): Promise<void> {
    await this.#sync.sync();
    const { connection, keyring, rsa, profile } = this.#context;
    const { room, log } = this.#members;
    // People come and go while this waits: head and members have to fit each other.
    const at = { head: log.head, members: new Map(log.members) };
    const members = await this.#cards(at);
    // The daemon's time: it takes no epoch of another.
    const { at: time } = await connection.request('ping', {});
    this.#checkClock(members, time);
    const { me } = keyring;
    const minted = await mintEpoch(rsa, {
      room,
      logHead: at.head,
      epochPrev: this.#keys.headId,
      maker: { ...me.identity, idFp: me.idFp },
      time,
      members,
      random: profile.random,
    });
    await connection.request('epoch-begin', { room, epoch: minted.epoch, members: minted.keys.length });
    for (let start = 0; start < minted.keys.length; start += KEYS_AT_ONCE)
      await connection.request('epoch-keys', { room, keys: minted.keys.slice(start, start + KEYS_AT_ONCE) });
    await connection.request('epoch-commit', { room });
    await this.#sync.sync();
    await this.#keys.made(hex(minted.epochId), minted.key);
  }

  /** Nothing is sealed to a key that has ended by this machine's clock, whatever the daemon says the time is. */
  #checkClock(members: readonly Card[], time: number): void {
    const now = this.#context.clock.now();
    const ended = members.find(({ notAfter }) => notAfter >= time && notAfter < now - EPOCH_SKEW_MS);
    if (ended === undefined) return;
    const warning = clockWarning(now - time) ?? 'the clocks differ';
    throw new ClientError(
      'refused',
      `the key of ${ended.name} seems to have expired, but ${warning}; set the clock right and send it again`,
    );
  }

  /**
   * The current card of each member at a head of the log, as the daemon shows it and the log and the pins vouch for it.
   * @throws Refusal 'stale-epoch' when somebody left meanwhile
   */
  async #cards(at: { head: Uint8Array; members: ReadonlyMap<string, string> }): Promise<Card[]> {
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
        if (card.name !== name || at.members.get(hex(card.idFp)) !== name) continue;
        const pinned = await keyring.pinned(name);
        if (pinned !== null && equal(pinned.card.idFp, card.idFp)) checkAgainst(pinned.card, card);
        cards.set(hex(card.idFp), card);
      }
      if (page.next === null) break;
      after = page.next;
    }
    const missing = [...at.members].find(([idFp]) => !cards.has(idFp));
    if (missing === undefined) return [...cards.values()];
    await this.#sync.sync();
    if (!equal(log.head, at.head)) throw new Refusal('stale-epoch', 'somebody left meanwhile');
    throw new ClientError('refused', `the daemon gives no card of ${missing[1]}; the room stays closed`);
  }
}

/** The pinned card or one that was made after it. @throws ProtocolError 'card' */
function checkAgainst(pinned: Card, card: Card): void {
  const older = pinned.cardSeq > card.cardSeq;
  const twin = pinned.cardSeq === card.cardSeq && !equal(pinned.hash, card.hash);
  if (older || twin) throw new ProtocolError('card', `an old or a second card of ${card.name}`);
}

/** Gets an epoch key to send under: the one in use, one that a member grants, or a new one that is sealed to every member. */

import { type Card, isSealable, openCard, type Pin } from '../../protocol/account/card.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
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
import type { ClientContext } from '../login/client-context.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { People } from '../people/people.ts';
import type { PinnedPerson } from '../trust/pin-store.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomMembers } from './room-members.ts';
import type { RoomSync } from './room-sync.ts';

const KEYS_AT_ONCE = 128;
/** ms. The daemon asks three members, 2 s apart. */
const GRANT_WAIT_MS = 6_500;
const MAX_RACES = 10;
/** How long no new epoch is tried after the daemon saw no cause for one, in ms. */
const NO_CAUSE_MS = 30_000;

export type RekeyParts = {
  context: ClientContext;
  bus: ClientBus;
  people: Pick<People, 'othersOnline'>;
  ref: RoomRef;
  members: RoomMembers;
  keys: RoomKeys;
  sync: RoomSync;
};

export class RoomRekey {
  readonly #context: ClientContext;
  readonly #bus: ClientBus;
  readonly #people: Pick<People, 'othersOnline'>;
  readonly #ref: RoomRef;
  readonly #members: RoomMembers;
  readonly #keys: RoomKeys;
  readonly #sync: RoomSync;
  readonly #waiting = new Map<string, Set<() => void>>();
  /** The daemon refused a new epoch after the one at `headSeq`; until when that holds, in ms of the monotonic clock. */
  #declined = { headSeq: 0, until: 0 };

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
   * Returns an epoch to send under, with its key. Asks members for it, waits, or makes one as needed.
   * @param head returns the highest known seq of the conversation @throws ClientError, Refusal
   */
  async epochForSending(head: () => number): Promise<KnownEpoch & { key: Uint8Array }> {
    for (let race = 0; race < MAX_RACES; race++) {
      const kept = this.#isDeclined() ? this.#usable() : null;
      if (kept !== null) return kept;
      const current = this.#keys.current;
      if (current !== null && !this.#mustReplace(current, head())) {
        if (current.key !== null) return { ...current, key: current.key };
        // The maker gave me a wrong key, so others may have a wrong one, too: a new one is made at once, if the daemon takes it.
        if (!current.wrong && (await this.#askAndWait(current))) continue;
      }
      try {
        await this.#mint();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code === 'rate-limited' && this.#usable() !== null) {
          this.#declined = { headSeq: this.#keys.headSeq, until: this.#context.clock.monotonic() + NO_CAUSE_MS };
          continue;
        }
        if (error.code === 'rate-limited' && current?.wrong && (await this.#askAndWait(current))) continue;
        // Another member made one meanwhile, or a member left.
        if (!['conflict', 'stale-epoch', 'stale-card'].includes(error.code)) throw error;
        await this.#sync.sync();
      }
    }
    const good = this.#usable();
    if (good !== null) return good;
    throw new Refusal('busy', 'others change the key of the room all the time');
  }

  /** A member asks for the key of an epoch. Checks the request against the log, whatever the daemon says; others get nothing. */
  async answerRequest({ epochId, name }: EventParams<'grant-wanted'>): Promise<void> {
    const known = this.#keys.get(hex(epochId));
    if (known === null || known.key === null) return;
    const pinned = await this.#cardOf(name);
    if (pinned === null) return;
    const { idFp, card, changedTo } = pinned;
    if (!this.#members.log.isMember(idFp)) await this.#sync.sync();
    if (card === null || changedTo !== null || !this.#members.log.isMember(idFp)) return;
    if (!this.#mayHave(known, card)) return;
    // The daemon may show an old card because its key has leaked.
    if (!isSealable(card, this.#context.clock.now())) return;
    const grant = await this.#sealGrant(known.epoch, known.key, card);
    if (grant === null) return;
    await this.#context.connection.request('grant', { room: this.#members.room, epochId, to: name, grant });
  }

  /** Members who joined after an epoch was made get only the epoch in use: they read as little as possible from before they joined. */
  #mayHave(known: KnownEpoch, { idFp }: Card): boolean {
    return (
      this.#usable()?.id === known.id || (this.#keys.isOpen(known) && this.#members.wasMember(hex(idFp), known.seq))
    );
  }

  /** null for a card that breaks a rule: only the person who asks is affected. */
  async #cardOf(name: string): Promise<PinnedPerson | null> {
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

  /** Takes a granted key. @returns whether it is the key of a known epoch that lacked one */
  async takeGrant({ epochId, grant }: EventParams<'granted'>): Promise<boolean> {
    const id = hex(epochId);
    if (this.#keys.get(id) === null) await this.#sync.sync();
    const known = this.#keys.get(id);
    if (known === null || known.key !== null || !(await this.#keys.takeGrant(id, grant))) return false;
    for (const wake of this.#waiting.get(id) ?? []) wake();
    return true;
  }

  /** Asks the members for the key of an epoch; does not wait for it. */
  async ask(known: KnownEpoch): Promise<void> {
    await this.#context.connection.request('grant-ask', { room: this.#members.room, epochId: known.epoch.epochId });
  }

  async #askAndWait(known: KnownEpoch): Promise<boolean> {
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

  /** Whether the epoch is old, was used often, is known to a member who left, or was not sealed to one who joined. */
  #mustReplace(known: KnownEpoch, head: number): boolean {
    const logHead = this.#members.numberOf(known.epoch.logHead) ?? 0;
    return (
      !this.#keys.isOpen(known) ||
      (this.#members.lastArrival > logHead && this.#members.log.members.size <= SMALL_ROOM_MEMBERS) ||
      this.#daemonTime() - known.epoch.time > EPOCH_LIFE_MS ||
      head - known.seq >= EPOCH_MAX_ENTRIES
    );
  }

  /** The daemon's time, by the clock skew at the last login. ms since 1970 UTC. */
  #daemonTime(): number {
    return this.#context.clock.now() - this.#context.connection.clockSkew;
  }

  #isDeclined(): boolean {
    const { headSeq, until } = this.#declined;
    return this.#keys.headSeq === headSeq && this.#context.clock.monotonic() < until;
  }

  /** The newest epoch whose key is known and after which no member left. Newer ones without a key may be garbage. */
  #usable(): (KnownEpoch & { key: Uint8Array }) | null {
    return this.#keys.newestOpen();
  }

  async #mint(): Promise<void> {
    await this.#sync.sync();
    const { connection, keyring, rsa, profile } = this.#context;
    const { room, log } = this.#members;
    // Members come and go meanwhile: head and members must belong together.
    const at = { head: log.head, members: new Map(log.members) };
    const members = await this.#cards(at);
    // The daemon accepts only epochs with its own time.
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
      info: null,
      before: null,
    });
    await connection.request('epoch-begin', { room, epoch: minted.epoch, members: minted.keys.length });
    for (let start = 0; start < minted.keys.length; start += KEYS_AT_ONCE)
      await connection.request('epoch-keys', { room, keys: minted.keys.slice(start, start + KEYS_AT_ONCE) });
    await connection.request('epoch-commit', { room });
    await this.#sync.sync();
    await this.#keys.storeMade(hex(minted.epochId), minted.key);
  }

  /** Refuses to seal to a key that has ended by this machine's clock, whatever time the daemon says it is. @throws ClientError 'refused' */
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
   * The current card of each member at a head of the log, as the daemon shows it, checked against the log and the pins.
   * @throws Refusal 'stale-epoch' when a member left meanwhile
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
        if (pinned !== null && equal(pinned.idFp, card.idFp)) checkNotOlder(pinned, card);
        cards.set(hex(card.idFp), card);
      }
      if (page.next === null) break;
      after = page.next;
    }
    const missing = [...at.members].find(([idFp]) => !cards.has(idFp));
    if (missing === undefined) return [...cards.values()];
    await this.#sync.sync();
    if (!equal(log.head, at.head)) throw new Refusal('stale-epoch', 'a member left meanwhile');
    throw new ClientError('refused', `the daemon gives no card of ${missing[1]}; the room stays closed`);
  }
}

/** Accepts the pinned card, or a newer one. @throws ProtocolError 'card' */
function checkNotOlder(pinned: Pin, card: Card): void {
  const older = pinned.cardSeq > card.cardSeq;
  const twin = pinned.cardSeq === card.cardSeq && !equal(pinned.cardHash, card.hash);
  if (older || twin) throw new ProtocolError('card', `an old or a second card of ${card.name}`);
}

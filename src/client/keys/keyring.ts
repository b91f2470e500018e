/**
 * Folder `keys`: the keys of this account and the cards of others; it knows no conversations. Whose keys are whose: my own
 * identity and encryption keys, and the pinned cards of everybody else.
 */

import type { Clock } from '../../platform/clock.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import { type Card, followCards, openCard, type Pin } from '../../protocol/sealed/card.ts';
import { clockWarning } from '../connection/clock-skew.ts';
import type { Connection } from '../connection/connection.ts';
import { ClientError } from '../errors.ts';
import type { ProfileDb } from '../profile/profile-db.ts';
import { type PinnedPerson, PinStore } from '../trust/pin-store.ts';
import type { AccountKeys } from './account-store.ts';
import { currentCard } from './my-keys.ts';

/** More than anybody makes in a life: a card a month. */
const MAX_CARDS = 4096;
/** What the daemon gives at once. */
const PAGE = 64;

type Me = { name: string; idFp: Uint8Array; identity: KeyPair; card: Card };
type EncryptionKey = { ekFp: Uint8Array; pkcs8: Uint8Array; notAfter: number };
type KeyChangeListener = (name: string, pinned: Uint8Array, offered: Uint8Array) => void;

export class Keyring {
  readonly #connection: Connection;
  readonly #pins: PinStore;
  readonly #clock: Clock;
  readonly #asked = new Map<string, Promise<PinnedPerson>>();
  readonly #changeListeners = new Set<KeyChangeListener>();
  /** The identity whose safety number was shown last, by name: what the person is judging. */
  readonly #compared = new Map<string, Uint8Array>();
  /** Opened once: that is a signature to check, and they are asked for with every message. */
  #own: { me: Me; encryptionKeys: EncryptionKey[] };

  constructor(o: { connection: Connection; db: ProfileDb; clock: Clock; daemon: Uint8Array; keys: AccountKeys }) {
    this.#connection = o.connection;
    this.#pins = new PinStore(o.db, o.daemon);
    this.#clock = o.clock;
    this.#own = ownKeys(o.keys);
    // What happened in the directory while the link was away was not told.
    o.connection.onOnline(() => this.#asked.clear());
  }

  /** `card` is what the directory shows for me now. */
  get me(): Me {
    return this.#own.me;
  }

  /** Current first, then retired ones. */
  encryptionKeys(): readonly EncryptionKey[] {
    return this.#own.encryptionKeys;
  }

  /** My keys after a renewal. */
  replace(keys: AccountKeys): void {
    this.#own = ownKeys(keys);
  }

  /** Pins on first sight, follows the chain of cards. @throws Refusal 'no-such-user' | 'no-keys-yet', ProtocolError 'card' */
  cardOf(name: string): Promise<PinnedPerson> {
    if (name === this.me.name) return Promise.resolve({ name, card: this.me.card, verified: true, changedTo: null });
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    const asked = this.#fetchCard(name);
    this.#asked.set(name, asked);
    // A failure is not remembered.
    asked.catch(() => this.#asked.delete(name));
    return asked;
  }

  /** Like cardOf, for sealing. @throws ClientError 'key-changed', or 'refused' when the card has expired or does not work */
  async recipientCard(name: string): Promise<Card> {
    const { card, changedTo } = await this.cardOf(name);
    if (changedTo !== null)
      throw new ClientError(
        'key-changed',
        `the key of ${name} changed: trusted ${hex(card.idFp)}, offered ${hex(changedTo)}; compare with ${name}, then accept it with securechat verify ${name}`,
      );
    if (!card.sealable)
      throw new ClientError('refused', `nothing can be sealed to the key of ${name}: it does not work; tell ${name}`);
    this.#checkAge(name, card);
    return card;
  }

  /** What is pinned, without asking the daemon; null when nothing is. */
  pinned(name: string): Promise<PinnedPerson | null> {
    return this.#pins.get(name);
  }

  allPinned(): Promise<PinnedPerson[]> {
    return this.#pins.all();
  }

  /** The signing key of an identity that was accepted for `name`, now or before; asks for the card when it is new. null: none was. */
  async sigSpkiOf(idFp: Uint8Array, name: string): Promise<Uint8Array | null> {
    const known = await this.acceptedSpki(idFp, name);
    if (known !== null) return known;
    try {
      const { card } = await this.cardOf(name);
      return equal(card.idFp, idFp) ? card.sigSpki : null;
    } catch (error) {
      // Gone before this profile met them: nothing vouches for what they signed, and what others say goes on.
      if (error instanceof Refusal && (error.code === 'no-such-user' || error.code === 'no-keys-yet')) return null;
      throw error;
    }
  }

  /** The same, without asking the daemon. */
  async acceptedSpki(idFp: Uint8Array, name: string): Promise<Uint8Array | null> {
    return equal(idFp, this.me.idFp) ? this.me.identity.spki : this.#pins.sigSpki(idFp, name);
  }

  /** Whether an identity is one that `name` had before the one of now. */
  async isFormer(name: string, idFp: string): Promise<boolean> {
    const now = name === this.me.name ? this.me.idFp : (await this.#pins.get(name))?.card.idFp;
    return now !== undefined && hex(now) !== idFp;
  }

  /** Identities that were accepted for `name` before the one of now, the newest first. */
  formerIdentities(name: string): Promise<Uint8Array[]> {
    return this.#pins.formerIdentities(name);
  }

  /** The next cardOf asks the daemon again: after `renewed`, `stale-card`. */
  forget(name: string): void {
    this.#asked.delete(name);
  }

  /** The identity to compare: the changed one when there is one. What the person then says counts for this one only. */
  async identityToCompare(name: string): Promise<Uint8Array> {
    const { card, changedTo } = await this.cardOf(name);
    const judged = changedTo ?? card.idFp;
    this.#compared.set(name, judged);
    return judged;
  }

  /** @throws ClientError 'key-changed' when the trusted key is not the one that the person compared */
  async setVerified(name: string, verified: boolean): Promise<void> {
    const { card, changedTo } = await this.cardOf(name);
    const judged = this.#compared.get(name) ?? card.idFp;
    if (verified && (changedTo !== null || !equal(judged, card.idFp))) throw notComparedError(name);
    await this.#pins.setVerified(name, verified);
    this.forget(name);
  }

  /**
   * Takes the changed identity as the person's new one; it counts as not verified. Only the one that was shown: a daemon that
   * shows yet another one meanwhile is refused. @throws ClientError 'key-changed' | 'untrusted', 'refused' when nothing changed
   */
  async acceptKey(name: string): Promise<PinnedPerson> {
    const pinned = await this.#pins.get(name);
    const known = pinned?.card.idFp ?? null;
    // On first sight there is nothing to compare with.
    const shown = this.#compared.get(name) ?? pinned?.changedTo ?? known;
    const cards = await this.#fetchCards(name, 1);
    const { card } = followCards(null, cards);
    if (card.name !== name) throw new ClientError('untrusted', `the daemon gave a card of somebody else for ${name}`);
    if (shown !== null && !equal(card.idFp, shown)) {
      if (pinned !== null && !equal(card.idFp, pinned.card.idFp)) await this.#identityDiffers(pinned, card.idFp);
      this.forget(name);
      throw notComparedError(name);
    }
    if (known !== null && equal(card.idFp, known))
      throw new ClientError('refused', `the key of ${name} is the trusted one already; nothing is to be accepted`);
    await this.#pins.replace(card, cards.at(-1) ?? new Uint8Array());
    this.forget(name);
    return { name, card, verified: false, changedTo: null };
  }

  /** Told once for each new identity that a known name shows. The returned function ends it. */
  onChanged(listener: KeyChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** By this machine's clock: the daemon's word for the time must not make an old key good. */
  #checkAge(name: string, { notAfter }: Card): void {
    const now = this.#clock.now();
    if (notAfter >= now) return;
    const { clockSkew } = this.#connection;
    const warning = notAfter >= now - clockSkew ? clockWarning(clockSkew) : null;
    throw new ClientError(
      'refused',
      warning === null
        ? `the key of ${name} has expired; they renew it by connecting once`
        : `the key of ${name} seems to have expired, but ${warning}; set the clock right and send it again`,
    );
  }

  async #fetchCard(name: string): Promise<PinnedPerson> {
    const pinned = await this.#pins.get(name);
    const pin: Pin | null =
      pinned === null ? null : { idFp: pinned.card.idFp, cardSeq: pinned.card.cardSeq, cardHash: pinned.card.hash };
    let cards = await this.#fetchCards(name, pin?.cardSeq ?? 1);
    // A new identity begins at 1 again.
    if (cards.length === 0 && pin !== null) cards = await this.#fetchCards(name, 1);
    const last = cards.at(-1);
    if (last === undefined)
      throw new ClientError('refused', `${name} has no keys yet; they get them by logging in once`);
    const newest = openCard(last);
    if (newest.name !== name) throw new ClientError('untrusted', `the daemon gave a card of somebody else for ${name}`);
    if (pinned !== null && !equal(newest.idFp, pinned.card.idFp)) return this.#identityDiffers(pinned, newest.idFp);
    const { card } = followCards(pin, cards);
    await this.#pins.put(card, last);
    return { name, card, verified: pinned?.verified ?? false, changedTo: null };
  }

  async #identityDiffers(pinned: PinnedPerson, offered: Uint8Array): Promise<PinnedPerson> {
    const news = pinned.changedTo === null || !equal(pinned.changedTo, offered);
    if (news) {
      await this.#pins.setChanged(pinned.name, offered);
      for (const listener of this.#changeListeners) listener(pinned.name, pinned.card.idFp, offered);
    }
    return { ...pinned, changedTo: offered };
  }

  /** All cards from `from` on. */
  async #fetchCards(name: string, from: number): Promise<Uint8Array[]> {
    const all: Uint8Array[] = [];
    for (let next = from; ; ) {
      const { cards } = await this.#connection.request('cards', { name, from: next });
      all.push(...cards);
      const last = cards.at(-1);
      if (last === undefined) return all;
      const { cardSeq } = openCard(last);
      if (cardSeq < next || all.length > MAX_CARDS)
        throw new ClientError('untrusted', `the daemon repeats cards of ${name}`);
      if (cards.length < PAGE) return all;
      next = cardSeq + 1;
    }
  }
}

function ownKeys(keys: AccountKeys): { me: Me; encryptionKeys: EncryptionKey[] } {
  const card = currentCard(keys);
  const encryptionKeys = keys.keys.map(({ card: bytes, pkcs8 }) => {
    const { ekFp, notAfter } = openCard(bytes);
    return { ekFp, pkcs8, notAfter };
  });
  return { me: { name: card.name, idFp: card.idFp, identity: keys.identity, card }, encryptionKeys };
}

function notComparedError(name: string): ClientError {
  return new ClientError(
    'key-changed',
    `the daemon shows a key for ${name} that you have not compared; look at its digits with securechat verify ${name}`,
  );
}

/**
 * Folder `keys`: the keys of this account and the cards of others; it knows no conversations. Holds the
 * keys of this account, fetches the cards of others, and pins them.
 */

import type { Clock } from '../../platform/clock.ts';
import { type Card, followCards, openCard, type Pin } from '../../protocol/account/card.ts';
import type { Decided } from '../../protocol/account/shared-rows.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import type { OwnKey } from '../../protocol/crypto/person-seal.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import { boundedNow, clockWarning } from '../connection/clock-skew.ts';
import type { Connection } from '../connection/connection.ts';
import { ClientError } from '../errors.ts';
import type { ProfileDb } from '../profile/profile-db.ts';
import { type PinnedPerson, PinStore } from '../trust/pin-store.ts';
import type { AccountKeys } from './account-store.ts';
import { fetchCards } from './fetch-cards.ts';
import { currentCard } from './my-keys.ts';

type Me = { name: string; idFp: Uint8Array; identity: KeyPair; card: Card };
type EncryptionKey = OwnKey & { notAfter: number };
type KeyChangeListener = (name: string, pinned: Uint8Array, offered: Uint8Array) => void;
type MetListener = (name: string, idFp: Uint8Array) => void;

export class Keyring {
  readonly #connection: Connection;
  readonly #pins: PinStore;
  readonly #clock: Clock;
  /** What the daemon answered since the last login, by name. */
  readonly #asked = new Map<string, Promise<PinnedPerson>>();
  readonly #changeListeners = new Set<KeyChangeListener>();
  readonly #metListeners = new Set<MetListener>();
  readonly #device: number;
  readonly #stored: () => Promise<AccountKeys | null>;
  /** The identity whose safety number was shown last, by name. */
  readonly #compared = new Map<string, Uint8Array>();
  /** Opened once, because opening a card checks a signature, and every message needs them. */
  #own: { me: Me; encryptionKeys: EncryptionKey[] };

  /** @param o `daemon`: its fingerprint; `device`: the number of this device; `stored`: returns the keys in the profile as they are now */
  constructor(o: {
    connection: Connection;
    db: ProfileDb;
    clock: Clock;
    daemon: Uint8Array;
    device: number;
    keys: AccountKeys;
    stored: () => Promise<AccountKeys | null>;
  }) {
    this.#connection = o.connection;
    this.#pins = new PinStore(o.db, o.daemon);
    this.#clock = o.clock;
    this.#device = o.device;
    this.#stored = o.stored;
    this.#own = ownKeys(o.keys);
    // Events of the directory may have been missed without a link.
    o.connection.onOnline(() => this.#asked.clear());
  }

  /** This account's name, identity and current card. */
  get me(): Me {
    return this.#own.me;
  }

  /** The private encryption keys: the current one first, then the retired ones. */
  encryptionKeys(): readonly EncryptionKey[] {
    return this.#own.encryptionKeys;
  }

  /** Replaces the keys of this account after a renewal. */
  replace(keys: AccountKeys): void {
    this.#own = ownKeys(keys);
  }

  /**
   * The directory has card `cardSeq` of this account. Takes the keys that another program of this profile stored for it; else logs in
   * again, which takes a newer card of the same key, and is refused when another device made a new key.
   */
  async followOwn(cardSeq: number): Promise<void> {
    if (cardSeq <= this.me.card.cardSeq) return;
    const stored = await this.#stored();
    if (stored !== null && currentCard(stored).cardSeq >= cardSeq) this.replace(stored);
    else this.#connection.logInAgain();
  }

  /**
   * Returns the card of a person. Asks the daemon once for each login; pins the first card, and follows the chain of later ones. The
   * card is null only if another device of this account pinned an identity of which the daemon shows no card (`changedTo`).
   * @throws Refusal 'no-such-user' | 'no-keys-yet', ProtocolError 'card', ClientError 'untrusted' | 'refused' | 'unreachable'
   */
  cardOf(name: string): Promise<PinnedPerson> {
    if (name === this.me.name)
      return Promise.resolve({ name, ...pinOf(this.me.card), card: this.me.card, verified: true, changedTo: null });
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    const asked = this.#fetchCard(name);
    this.#asked.set(name, asked);
    // After an error, the next call asks again.
    asked.catch(() => this.#asked.delete(name));
    return asked;
  }

  /** As `cardOf`, for a card to seal to. @throws ClientError 'key-changed'; 'refused' when the card has expired or its key does not work */
  async recipientCard(name: string): Promise<Card> {
    const { idFp, card, changedTo } = await this.cardOf(name);
    if (changedTo !== null || card === null)
      throw new ClientError(
        'key-changed',
        `the key of ${name} changed: trusted ${hex(idFp)}, offered ${hex(changedTo ?? idFp)}; compare it with ${name}, then accept it: securechat verify ${name}`,
      );
    if (!card.sealable)
      throw new ClientError(
        'refused',
        `the key of ${name} does not work, so nothing can be sealed to it; tell ${name}`,
      );
    this.#checkAge(name, card);
    return card;
  }

  /** Returns the pinned card without asking the daemon; null if there is none. */
  pinned(name: string): Promise<PinnedPerson | null> {
    return this.#pins.get(name);
  }

  /** Returns all pinned cards without asking the daemon. */
  allPinned(): Promise<PinnedPerson[]> {
    return this.#pins.all();
  }

  /** Returns the signing key (SPKI) of an identity that is or was pinned for `name`. Asks the daemon for an unknown one; null if it is not the person's. */
  async sigSpkiOf(idFp: Uint8Array, name: string): Promise<Uint8Array | null> {
    const known = await this.acceptedSpki(idFp, name);
    if (known !== null) return known;
    try {
      const { card } = await this.cardOf(name);
      return card !== null && equal(card.idFp, idFp) ? card.sigSpki : null;
    } catch (error) {
      // The account is gone, and this profile never pinned its key: its signatures cannot be checked.
      if (error instanceof Refusal && (error.code === 'no-such-user' || error.code === 'no-keys-yet')) return null;
      throw error;
    }
  }

  /** As `sigSpkiOf`, without asking the daemon. */
  async acceptedSpki(idFp: Uint8Array, name: string): Promise<Uint8Array | null> {
    return equal(idFp, this.me.idFp) ? this.me.identity.spki : this.#pins.sigSpki(idFp, name);
  }

  /** Whether `idFp` (hex) is not the current identity of `name`. */
  async isFormer(name: string, idFp: string): Promise<boolean> {
    const current = name === this.me.name ? this.me.idFp : (await this.#pins.get(name))?.idFp;
    return current !== undefined && hex(current) !== idFp;
  }

  /** Returns the identities that were pinned for `name` before the current one, the newest first. */
  formerIdentities(name: string): Promise<Uint8Array[]> {
    return this.#pins.formerIdentities(name);
  }

  /** Makes the next `cardOf` ask the daemon again, as after `renewed` or `stale-card`. */
  forget(name: string): void {
    this.#asked.delete(name);
  }

  /** Returns the identity to compare: the changed one if there is one. `setVerified` and `acceptKey` then accept only this one. */
  async identityToCompare(name: string): Promise<Uint8Array> {
    const { idFp, changedTo } = await this.cardOf(name);
    const shown = changedTo ?? idFp;
    this.#compared.set(name, shown);
    return shown;
  }

  /** Stores whether the person compared the key. @throws ClientError 'key-changed' when the pinned key is not the one that was compared */
  async setVerified(name: string, verified: boolean): Promise<void> {
    const { idFp, changedTo } = await this.cardOf(name);
    const compared = this.#compared.get(name) ?? idFp;
    if (verified && (changedTo !== null || !equal(compared, idFp))) throw notComparedError(name);
    await this.#pins.setVerified(name, idFp, verified, this.decidedNow());
    this.forget(name);
  }

  /**
   * Pins the changed identity of `name`, not verified. Accepts only the one that was shown to the person.
   * @throws ClientError 'key-changed' when the daemon shows another one now; 'untrusted'; 'refused' when the key has not changed
   */
  async acceptKey(name: string): Promise<PinnedPerson> {
    const pinned = await this.#pins.get(name);
    const known = pinned?.idFp ?? null;
    // null: nothing was shown or pinned, so any key is accepted.
    const shown = this.#compared.get(name) ?? pinned?.changedTo ?? known;
    const cards = await fetchCards(this.#connection, name, 1);
    const { card } = followCards(null, cards);
    if (card.name !== name)
      throw new ClientError('untrusted', `the server sent the card of another person for ${name}`);
    if (shown !== null && !equal(card.idFp, shown)) {
      if (pinned !== null && !equal(card.idFp, pinned.idFp)) await this.#identityDiffers(pinned, card.idFp);
      this.forget(name);
      throw notComparedError(name);
    }
    if (known !== null && equal(card.idFp, known))
      throw new ClientError('refused', `the key of ${name} has not changed; there is nothing to accept`);
    await this.#pins.replace(card, cards.at(-1) ?? new Uint8Array(), this.decidedNow());
    this.forget(name);
    return { name, ...pinOf(card), card, verified: false, changedTo: null };
  }

  /** Calls `listener` once for each new identity that the daemon shows for a pinned name. @returns a function that ends this */
  onChanged(listener: KeyChangeListener): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** Calls `listener` after a person was pinned at first contact. @returns a function that ends this */
  onMet(listener: MetListener): () => void {
    this.#metListeners.add(listener);
    return () => this.#metListeners.delete(listener);
  }

  /** The time and the device of a decision that the person makes now. */
  decidedNow(): Decided {
    return { at: boundedNow(this.#clock.now(), this.#connection.clockSkew), device: this.#device };
  }

  /** Uses this machine's clock: a daemon with a wrong time must not make an expired key valid. @throws ClientError 'refused' */
  #checkAge(name: string, { notAfter }: Card): void {
    const now = this.#clock.now();
    if (notAfter >= now) return;
    const { clockSkew } = this.#connection;
    const warning = notAfter >= now - clockSkew ? clockWarning(clockSkew) : null;
    throw new ClientError(
      'refused',
      warning === null
        ? `the key of ${name} has expired; it is renewed when ${name} connects`
        : `the key of ${name} seems to have expired, but ${warning}; correct the clock and send it again`,
    );
  }

  async #fetchCard(name: string): Promise<PinnedPerson> {
    const pin = await this.#pins.get(name);
    let cards = await fetchCards(this.#connection, name, pin?.cardSeq ?? 1);
    // The cards of a new identity start at 1.
    if (cards.length === 0 && pin !== null) cards = await fetchCards(this.#connection, name, 1);
    const last = cards.at(-1);
    if (last === undefined)
      throw new ClientError('refused', `${name} has no keys yet; ${name} gets them by logging in once`);
    const newest = openCard(last);
    if (newest.name !== name)
      throw new ClientError('untrusted', `the server sent the card of another person for ${name}`);
    if (pin !== null && !equal(newest.idFp, pin.idFp)) return this.#identityDiffers(pin, newest.idFp);
    const { card } = followCards(pin, cards);
    await this.#pins.put(card, last, this.decidedNow());
    // Another process, or what another device shared, may have pinned another identity meanwhile.
    const pinned = await this.#pins.get(name);
    if (pinned === null) throw new Error(`the pin of ${name} is gone`);
    if (!equal(pinned.idFp, card.idFp)) return this.#identityDiffers(pinned, card.idFp);
    if (pin === null) for (const listener of this.#metListeners) listener(name, card.idFp);
    return { ...pinned, card, changedTo: null };
  }

  /** Stores the changed identity, and tells the listeners if it is new. */
  async #identityDiffers(pinned: PinnedPerson, offered: Uint8Array): Promise<PinnedPerson> {
    const isNew = pinned.changedTo === null || !equal(pinned.changedTo, offered);
    if (isNew) {
      await this.#pins.setChanged(pinned.name, offered);
      for (const listener of this.#changeListeners) listener(pinned.name, pinned.idFp, offered);
    }
    return { ...pinned, changedTo: offered };
  }
}

function ownKeys(keys: AccountKeys): { me: Me; encryptionKeys: EncryptionKey[] } {
  const card = currentCard(keys);
  const encryptionKeys = keys.keys.map(({ card: bytes, pkcs8, seed }) => {
    const { ekFp, notAfter } = openCard(bytes);
    return { ekFp, pkcs8, seed, notAfter };
  });
  return { me: { name: card.name, idFp: card.idFp, identity: keys.identity, card }, encryptionKeys };
}

function pinOf({ idFp, cardSeq, hash }: Card): Pin {
  return { idFp, cardSeq, cardHash: hash };
}

function notComparedError(name: string): ClientError {
  return new ClientError(
    'key-changed',
    `the server shows a key for ${name} that you have not compared; compare its digits: securechat verify ${name}`,
  );
}

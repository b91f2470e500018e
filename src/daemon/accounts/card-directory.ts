/**
 * The directory of key cards. The newest card's number and key of each identity are in memory, so that a note can be
 * checked without waiting.
 */
import QuickLru from 'quick-lru';
import type { Clock } from '../../platform/clock.ts';
import { type Card, openCard } from '../../protocol/account/card.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import type { CardRow } from '../store/identity-store.ts';
import type { Person, Store } from '../store/store.ts';

/** Newest cards in memory, 1.3 kB each. */
const MAX_CACHED_CARDS = 4096;

export class CardDirectory {
  readonly #clock: Clock;
  readonly #newest = new Map<string, CardRow>();
  /** The newest cards that were requested, by identity and number. */
  readonly #cache = new QuickLru<string, Uint8Array>({ maxSize: MAX_CACHED_CARDS });
  /** Identity keys that were requested. An identity's key never changes. */
  readonly #identityKeys = new Map<string, Uint8Array>();

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  static async open(store: Pick<Store, 'newestCards'>, clock: Clock): Promise<CardDirectory> {
    const directory = new CardDirectory(clock);
    for (let after: Uint8Array | null = null; ; ) {
      const page: CardRow[] = await store.newestCards({ after });
      for (const card of page) directory.#newest.set(hex(card.idFp), card);
      after = page.at(-1)?.idFp ?? null;
      if (after === null) return directory;
    }
  }

  newest(idFp: Uint8Array): CardRow | undefined {
    return this.#newest.get(hex(idFp));
  }

  /** The newest card of each identity, in order; null where there is none. @param store charged to the requester */
  async cardsOf(ids: readonly Uint8Array[], store: Pick<Store, 'cardsOf'>): Promise<(Uint8Array | null)[]> {
    const keys = ids.map((idFp) => `${hex(idFp)} ${this.newest(idFp)?.cardSeq}`);
    const found = keys.map((key) => this.#cache.get(key) ?? null);
    const missing = ids.map((_, place) => place).filter((place) => found[place] === null);
    if (missing.length === 0) return found;
    const cards = await store.cardsOf({ ids: missing.flatMap((place) => ids[place] ?? []) });
    for (const [nth, place] of missing.entries()) {
      const card = cards[nth] ?? null;
      found[place] = card;
      if (card !== null) this.#cache.set(keys[place] ?? '', card);
    }
    return found;
  }

  /** The identity's signing key (SPKI), or null when it never had a card. @param store charged to the requester */
  async keyOf(idFp: Uint8Array, store: Pick<Store, 'cardsOf'>): Promise<Uint8Array | null> {
    const known = this.#identityKeys.get(hex(idFp));
    if (known !== undefined) return known;
    const [bytes] = await this.cardsOf([idFp], store);
    if (!bytes) return null;
    const { sigSpki } = openCard(bytes);
    this.#identityKeys.set(hex(idFp), sigSpki);
    return sigSpki;
  }

  /** Whether sealing to an identity's newest card works; tries it. @param store charged to the requester */
  async canBeSealedTo(idFp: Uint8Array, store: Pick<Store, 'cardsOf'>): Promise<boolean> {
    const [bytes] = await this.cardsOf([idFp], store);
    return !!bytes && openCard(bytes).sealable;
  }

  /**
   * Stores the next card of `owner`. The first card is stored before its account is added. On stable storage when it
   * resolves.
   * @param store charged to the requester
   * @throws Refusal 'bad-request' (damaged, another identity's, expired) or 'conflict' (not the next card)
   */
  async put(bytes: Uint8Array, owner: Person, store: Pick<Store, 'addCard'>): Promise<Card> {
    const card = readCard(bytes);
    if (card.name !== owner.name || !equal(card.idFp, owner.idFp)) {
      throw new Refusal('bad-request', 'this card belongs to another identity');
    }
    if (card.notAfter <= this.#clock.now()) {
      throw new Refusal('bad-request', 'this card has expired already: set the clock of your machine, then try again');
    }
    const { idFp, cardSeq, hash, ekFp, notAfter } = card;
    const row = { idFp, cardSeq, hash, ekFp, notAfter };
    await store.addCard({ ...row, prevHash: card.prevCardHash, bytes });
    if (cardSeq > (this.newest(idFp)?.cardSeq ?? 0)) this.#newest.set(hex(idFp), row);
    return card;
  }
}

/** Reads a card from a client. @throws Refusal 'bad-request' when it is damaged or its keys do not work */
export function readCard(bytes: Uint8Array): Card {
  try {
    const card = openCard(bytes);
    if (card.sealable) return card;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  throw new Refusal('bad-request', 'the key card is damaged: make another');
}

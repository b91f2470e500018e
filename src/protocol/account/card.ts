/**
 * Folder `account`: the keys of an account and what its owner decides, signed or sealed: cards, vaults, exports and
 * shared state; it knows no messages and no rooms.
 *
 * The key card: a person's encryption key (RSA and X-Wing) and its validity, signed by the identity key of the name.
 */
import { concat, equal, fromUtf8, H, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import { ekFp, type PublicEncryptionKey } from '../crypto/person-seal.ts';
import { canSealTo, checkPublicKey, type KeyPair, RSA_BYTES, SPKI_BYTES, verify } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { isXWingKey, XWING_KEY_BYTES } from '../crypto/xwing.ts';

const VERSION = 2;
const REFUSED = 'not an acceptable key card';
/** The longest validity of an encryption key, ms. */
export const CARD_LIFE_MS = 90 * 86_400_000;
const NO_CARD = new Uint8Array(32);

export type Card = PublicEncryptionKey & {
  name: string;
  sigSpki: Uint8Array;
  /** From 1, plus 1 with each card of an identity. */
  cardSeq: number;
  /** ms since 1970 UTC. */
  notBefore: number;
  notAfter: number;
  /** The hash of the previous card; zeros in the first. */
  prevCardHash: Uint8Array;
  idFp: Uint8Array;
  ekFp: Uint8Array;
  hash: Uint8Array;
  /** Whether the keys are sound and a trial sealing worked. Never seal to a card that is not sealable. */
  sealable: boolean;
};

/** A profile's memory of a person's keys. */
export type Pin = { idFp: Uint8Array; cardSeq: number; cardHash: Uint8Array };

/** The fingerprint of an identity: H(identity, name, signing key). Another name is another identity. */
export function identityFp(name: string, sigSpki: Uint8Array): Uint8Array {
  return H('identity', utf8(name), sigSpki);
}

/**
 * Signs a card, then opens it again, so that a card that others would refuse is never published.
 * @throws ProtocolError 'card'
 */
export async function signCard(
  rsa: Rsa,
  identity: KeyPair,
  card: Pick<Card, 'name' | 'ekSpki' | 'xwingKey' | 'cardSeq' | 'notBefore' | 'notAfter' | 'prevCardHash'>,
): Promise<Uint8Array> {
  const body = new Writer()
    .u8(VERSION)
    .var16(utf8(card.name))
    .var16(identity.spki)
    .u64(card.cardSeq)
    .var16(card.ekSpki)
    .var16(card.xwingKey)
    .u64(card.notBefore)
    .u64(card.notAfter)
    .bytes(card.prevCardHash)
    .finish();
  const bytes = concat(body, await rsa.sign(identity.pkcs8, H('card', body)));
  if (!openCard(bytes).sealable) throw new ProtocolError('card', REFUSED);
  return bytes;
}

/**
 * Opens a card and checks everything it says of itself. followCards checks whose it is, and isSealable whether it may
 * be sealed to: a card with a bad key still opens, so that the cards after it can be followed.
 * @throws ProtocolError 'card'
 */
export function openCard(bytes: Uint8Array): Card {
  return withProtocolError('card', REFUSED, () => {
    const reader = new Reader(bytes);
    ensure(reader.u8() === VERSION);
    const name = fromUtf8(reader.var16());
    const sigSpki = readSpki(reader);
    const cardSeq = reader.u64();
    const ekSpki = readSpki(reader);
    const xwingKey = reader.var16();
    const notBefore = reader.u64();
    const notAfter = reader.u64();
    const prevCardHash = reader.bytes(32);
    const signature = reader.bytes(RSA_BYTES);
    reader.end();
    ensure(isName(name) && !equal(sigSpki, ekSpki) && xwingKey.length === XWING_KEY_BYTES);
    ensure(notAfter > notBefore && notAfter - notBefore <= CARD_LIFE_MS);
    ensure(cardSeq >= 1 && (cardSeq === 1) === equal(prevCardHash, NO_CARD));
    const hash = H('card', bytes.subarray(0, -RSA_BYTES));
    ensure(verify(sigSpki, hash, signature));
    const fingerprints = { idFp: identityFp(name, sigSpki), ekFp: ekFp({ ekSpki, xwingKey }), hash };
    const sealable = isSound(sigSpki) && canSealTo(ekSpki) && isXWingKey(xwingKey);
    return { name, sigSpki, ekSpki, xwingKey, cardSeq, notBefore, notAfter, prevCardHash, ...fingerprints, sealable };
  });
}

/** Checks the length before it parses anything. */
function readSpki(reader: Reader): Uint8Array {
  const spki = reader.var16();
  ensure(spki.length === SPKI_BYTES);
  return spki;
}

function isSound(spki: Uint8Array): boolean {
  try {
    checkPublicKey(spki);
    return true;
  } catch {
    return false;
  }
}

/**
 * Follows the cards of one person, oldest first, from the pin (null: first contact) to the newest. The first card may
 * be the pinned one.
 * @throws ProtocolError 'card' for no card, another identity, a lower number, another card with the pinned number, a
 * missing card, or one that does not name its predecessor
 */
export function followCards(pin: Pin | null, cards: Uint8Array[]): { pin: Pin; card: Card } {
  let now = pin;
  let newest: Card | null = null;
  for (const bytes of cards) {
    const card = openCard(bytes);
    if (now && !follows(now, card)) throw new ProtocolError('card', REFUSED);
    now = { idFp: card.idFp, cardSeq: card.cardSeq, cardHash: card.hash };
    newest = card;
  }
  if (!now || !newest) throw new ProtocolError('card', REFUSED);
  return { pin: now, card: newest };
}

function follows(pin: Pin, card: Card): boolean {
  if (!equal(card.idFp, pin.idFp)) return false;
  if (card.cardSeq === pin.cardSeq) return equal(card.hash, pin.cardHash);
  return card.cardSeq === pin.cardSeq + 1 && equal(card.prevCardHash, pin.cardHash);
}

/** Whether the card may be sealed to at the time `at`. An expired card may be shown because its key has leaked. */
export function isSealable(card: Card, at: number): boolean {
  return card.sealable && at <= card.notAfter;
}

/** @throws ProtocolError 'card' with a sentence for the person, unless isSealable */
export function checkSealable(card: Card, at: number): void {
  if (!card.sealable) cannotSealTo(card);
  if (at > card.notAfter)
    throw new ProtocolError('card', `the key card of ${card.name} has expired; they must log in once`);
}

/** @throws ProtocolError 'card' with a sentence for the person */
export function cannotSealTo({ name }: Card): never {
  throw new ProtocolError('card', `the key card of ${name} holds a key that does not work`);
}

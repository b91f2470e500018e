/** Alice, Bob, Carol and Mallory with the fixture keys and one card each, good from T0 for 90 days. */
import { CARD_LIFE_MS, type Card, openCard, signCard } from '../../src/protocol/card.ts';
import type { KeyPair } from '../../src/protocol/rsa.ts';
import { inlineRsa } from '../../src/protocol/rsa-pool.ts';
import { fixtureKey } from '../fixtures/keys.ts';

export type PersonName = 'alice' | 'bob' | 'carol' | 'mallory';
export type Person = {
  name: PersonName;
  identity: KeyPair;
  encryption: KeyPair;
  cardBytes: Uint8Array;
  card: Card;
  idFp: Uint8Array;
  mine: { idFp: Uint8Array; ekFp: Uint8Array; pkcs8: Uint8Array };
};

export const T0 = 1_760_000_000_000;
export const DAEMON_ID: Uint8Array = new Uint8Array(32).fill(0xda);
export const NO_HASH: Uint8Array = new Uint8Array(32);

export async function person(name: PersonName, encryption = fixtureKey(`${name}-encryption`)): Promise<Person> {
  const identity = fixtureKey(`${name}-identity`);
  const cardBytes = await signCard(inlineRsa, identity, {
    name,
    ekSpki: encryption.spki,
    cardSeq: 1,
    notBefore: T0,
    notAfter: T0 + CARD_LIFE_MS,
    prevCardHash: NO_HASH,
  });
  const card = openCard(cardBytes);
  const mine = { idFp: card.idFp, ekFp: card.ekFp, pkcs8: encryption.pkcs8 };
  return { name, identity, encryption, cardBytes, card, idFp: card.idFp, mine };
}

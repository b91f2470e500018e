/** Alice, Bob, Carol and Mallory with fixture keys and one card each, valid from T0 for 90 days. */

import { CARD_LIFE_MS, type Card, openCard, signCard } from '../../../src/protocol/account/card.ts';
import type { LinkKeyPair } from '../../../src/protocol/crypto/link-secrets.ts';
import type { OwnKey } from '../../../src/protocol/crypto/person-seal.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';

export type PersonName = 'alice' | 'bob' | 'carol' | 'mallory';
export type Person = {
  name: PersonName;
  identity: KeyPair;
  encryption: LinkKeyPair;
  cardBytes: Uint8Array;
  card: Card;
  idFp: Uint8Array;
  mine: OwnKey & { idFp: Uint8Array };
};

export const T0 = 1_760_000_000_000;
export const DAEMON_ID: Uint8Array = new Uint8Array(32).fill(0xda);
export const NO_HASH: Uint8Array = new Uint8Array(32);

export async function person(name: PersonName, encryption = fixtureSealKey(`${name}-encryption`)): Promise<Person> {
  const identity = fixtureKey(`${name}-identity`);
  const cardBytes = await firstCard(name, { encryption, notBefore: T0 });
  const card = openCard(cardBytes);
  const mine = { idFp: card.idFp, ekFp: card.ekFp, pkcs8: encryption.pkcs8, seed: encryption.seed };
  return { name, identity, encryption, cardBytes, card, idFp: card.idFp, mine };
}

/** Card number 1 of `person`. By default it has the longest validity and the person's own name. */
export function firstCard(
  person: PersonName,
  o: { name?: string; encryption?: Pick<LinkKeyPair, 'spki' | 'xwingKey'>; notBefore: number; notAfter?: number },
): Promise<Uint8Array> {
  const { notBefore, name = person, notAfter = notBefore + CARD_LIFE_MS } = o;
  const { spki: ekSpki, xwingKey } = o.encryption ?? fixtureSealKey(`${person}-encryption`);
  const about = { name, ekSpki, xwingKey, cardSeq: 1, notBefore, notAfter, prevCardHash: NO_HASH };
  return signCard(inlineRsa, fixtureKey(`${person}-identity`), about);
}

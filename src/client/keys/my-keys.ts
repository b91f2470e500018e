/** Making my keys, and the card that names them. */

import type { Clock } from '../../platform/clock.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import { CARD_LIFE_MS, openCard, signCard } from '../../protocol/sealed/card.ts';
import type { AccountKeys } from './account-store.ts';

/** Clocks of friends differ: a card is valid a little before it was made. */
const CARD_EARLY_MS = 24 * 60 * 60 * 1000;
/** Renewed when less than a third of its life is left, so that a month away does no harm. */
const RENEW_BELOW_MS = CARD_LIFE_MS / 3;

/** A new identity, its first encryption key and card. Takes a second or two, off the loop. */
export async function makeKeys(rsa: Rsa, clock: Clock, name: string): Promise<AccountKeys> {
  const [identity, encryption] = await Promise.all([rsa.generate(), rsa.generate()]);
  const card = await signCard(rsa, identity, {
    name,
    ekSpki: encryption.spki,
    cardSeq: 1,
    prevCardHash: new Uint8Array(32),
    ...validity(clock),
  });
  return { identity, keys: [{ card, pkcs8: encryption.pkcs8 }] };
}

export function needsRenewal(keys: AccountKeys, clock: Clock): boolean {
  return currentCard(keys).notAfter - clock.now() < RENEW_BELOW_MS;
}

/**
 * The next card in the chain.
 * @param rotate with a new encryption key, the old one retired; else for the same key
 */
export async function renewKeys(rsa: Rsa, clock: Clock, keys: AccountKeys, rotate: boolean): Promise<AccountKeys> {
  const old = currentCard(keys);
  const [newest, ...retired] = keys.keys;
  if (newest === undefined) throw new Error('an account has at least one key');
  const fresh = rotate ? await rsa.generate() : { spki: old.ekSpki, pkcs8: newest.pkcs8 };
  const card = await signCard(rsa, keys.identity, {
    name: old.name,
    ekSpki: fresh.spki,
    cardSeq: old.cardSeq + 1,
    prevCardHash: old.hash,
    ...validity(clock),
  });
  const others = rotate ? keys.keys : retired;
  return { identity: keys.identity, keys: [{ card, pkcs8: fresh.pkcs8 }, ...others] };
}

/** The newest: what the directory is to show. */
export function currentCard(keys: AccountKeys): ReturnType<typeof openCard> {
  const [newest] = keys.keys;
  if (newest === undefined) throw new Error('an account has at least one key');
  return openCard(newest.card);
}

function validity(clock: Clock): { notBefore: number; notAfter: number } {
  const notBefore = clock.now() - CARD_EARLY_MS;
  return { notBefore, notAfter: notBefore + CARD_LIFE_MS };
}

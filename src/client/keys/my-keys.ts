/** Makes and renews the keys of this account and their card. */
import type { Clock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { CARD_LIFE_MS, type Card, openCard, signCard } from '../../protocol/account/card.ts';
import type { PrivateEncryptionKey, PublicEncryptionKey } from '../../protocol/crypto/person-seal.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import { XWING_SEED_BYTES, xwingPublicKey } from '../../protocol/crypto/xwing.ts';
import type { AccountKeys } from './account-store.ts';

/** A card is valid from this long before it was made, because clocks differ. ms. */
const CARD_EARLY_MS = 24 * 60 * 60 * 1000;
/** A card is renewed when less than a third of its life is left, so that it survives a month offline. ms. */
const RENEW_BELOW_MS = CARD_LIFE_MS / 3;

/** An encryption key, and what others seal to. */
type EncryptionKey = PublicEncryptionKey & PrivateEncryptionKey;

/** Makes a new identity, its first encryption key and card. Takes a second or two on the worker thread. */
export async function makeKeys(rsa: Rsa, clock: Clock, name: string): Promise<AccountKeys> {
  const [identity, { pkcs8, seed, ...publicKey }] = await Promise.all([rsa.generate(), makeEncryptionKey(rsa)]);
  const card = await signCard(rsa, identity, {
    name,
    ...publicKey,
    cardSeq: 1,
    prevCardHash: new Uint8Array(32),
    ...validity(clock),
  });
  return { identity, keys: [{ card, pkcs8, seed }] };
}

/** Whether it is time for the next card. */
export function needsRenewal(keys: AccountKeys, clock: Clock): boolean {
  return currentCard(keys).notAfter - clock.now() < RENEW_BELOW_MS;
}

/**
 * Makes the next card in the chain.
 * @param rotate true: for a new encryption key, and the old one is retired; false: for the same key
 * @param old the newest card of the account, if it is of a key that `keys` lacks
 */
export async function renewKeys(
  rsa: Rsa,
  clock: Clock,
  keys: AccountKeys,
  rotate: boolean,
  old: Card = currentCard(keys),
): Promise<AccountKeys> {
  const [newest, ...retired] = keys.keys;
  if (newest === undefined) throw new Error('an account has at least one key');
  const same = { ekSpki: old.ekSpki, xwingKey: old.xwingKey, pkcs8: newest.pkcs8, seed: newest.seed };
  const { ekSpki, xwingKey, pkcs8, seed } = rotate ? await makeEncryptionKey(rsa) : same;
  const card = await signCard(rsa, keys.identity, {
    name: old.name,
    ekSpki,
    xwingKey,
    cardSeq: old.cardSeq + 1,
    prevCardHash: old.hash,
    ...validity(clock),
  });
  const others = rotate ? keys.keys : retired;
  return { identity: keys.identity, keys: [{ card, pkcs8, seed }, ...others] };
}

/** Returns the newest card, which the directory should show. */
export function currentCard(keys: AccountKeys): ReturnType<typeof openCard> {
  const [newest] = keys.keys;
  if (newest === undefined) throw new Error('an account has at least one key');
  return openCard(newest.card);
}

async function makeEncryptionKey(rsa: Rsa): Promise<EncryptionKey> {
  const { spki, pkcs8 } = await rsa.generate();
  const seed = systemRandom(XWING_SEED_BYTES);
  return { ekSpki: spki, xwingKey: xwingPublicKey(seed), pkcs8, seed };
}

function validity(clock: Clock): { notBefore: number; notAfter: number } {
  const notBefore = clock.now() - CARD_EARLY_MS;
  return { notBefore, notAfter: notBefore + CARD_LIFE_MS };
}

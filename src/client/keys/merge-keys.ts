/** Brings together the keys of one account that were kept in two places. */

import { type Card, openCard } from '../../protocol/account/card.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { AccountKeys } from './account-store.ts';
import { currentCard } from './my-keys.ts';

type Held = { key: AccountKeys['keys'][number]; card: Card };

/**
 * Returns the encryption keys of both, newest first, each with the newest card that names it.
 * @returns null when they contradict each other: another identity, or two keys with one card number
 */
export function mergeKeys(one: AccountKeys, other: AccountKeys): AccountKeys | null {
  if (!equal(currentCard(one).idFp, currentCard(other).idFp)) return null;
  const held = new Map<string, Held>();
  for (const key of [...one.keys, ...other.keys]) {
    const card = openCard(key.card);
    const known = held.get(hex(card.ekFp));
    if (known === undefined || known.card.cardSeq < card.cardSeq) held.set(hex(card.ekFp), { key, card });
  }
  const sorted = [...held.values()].sort((a, b) => b.card.cardSeq - a.card.cardSeq);
  if (sorted.some(({ card }, n) => card.cardSeq === sorted[n + 1]?.card.cardSeq)) return null;
  return { identity: one.identity, keys: sorted.map(({ key }) => key) };
}

/** Compares the keys of this account with the newest card of it in the directory. Sends nothing else. */

import { type Card, followCards, openCard } from '../../protocol/account/card.ts';
import { equal } from '../../protocol/base/bytes.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';
import type { Account } from '../keys/account-store.ts';
import { currentCard } from '../keys/my-keys.ts';
import { untrustedError } from './account-check.ts';

export type DirectoryView =
  | { kind: 'same' }
  /** The newest card here did not reach the directory. */
  | { kind: 'card-missing' }
  /** The directory has a newer card of the same key; `account` has it, too. */
  | { kind: 'newer-card'; account: Account }
  /** The directory has a card of a newer key, which is not here. */
  | { kind: 'newer-key'; card: Card };

/** @throws ClientError 'key-changed' for another identity, 'untrusted' when the directory lost cards; ProtocolError 'card' */
export async function viewDirectory(calls: Calls, name: string, account: Account): Promise<DirectoryView> {
  const mine = currentCard(account.keys);
  const { cards } = await calls.request('cards', { name, from: Math.max(1, mine.cardSeq - 1) });
  const last = cards.at(-1);
  if (last === undefined) throw untrustedError(`the server has lost the card of ${name}`);
  const shown = openCard(last);
  if (!equal(shown.idFp, mine.idFp))
    throw new ClientError(
      'key-changed',
      `the server shows another key for ${name}; if you did not ask for a reset, warn its operator`,
    );
  if (shown.cardSeq === mine.cardSeq - 1 && equal(shown.hash, mine.prevCardHash)) return { kind: 'card-missing' };
  if (shown.cardSeq < mine.cardSeq)
    throw untrustedError(
      `the server shows card ${shown.cardSeq} of ${name}, but it had stored card ${mine.cardSeq - 1}`,
    );
  const newer = cards.filter((card) => openCard(card).cardSeq >= mine.cardSeq);
  const { card } = followCards({ idFp: mine.idFp, cardSeq: mine.cardSeq, cardHash: mine.hash }, newer);
  if (!equal(card.ekFp, mine.ekFp)) return { kind: 'newer-key', card };
  const [newest, ...retired] = account.keys.keys;
  if (newest === undefined || card.cardSeq === mine.cardSeq) return { kind: 'same' };
  const keys = { identity: account.keys.identity, keys: [{ ...newest, card: last }, ...retired] };
  return { kind: 'newer-card', account: { ...account, keys } };
}

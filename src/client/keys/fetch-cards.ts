import { openCard } from '../../protocol/account/card.ts';
import type { Connection } from '../connection/connection.ts';
import { ClientError } from '../errors.ts';

/** The most cards of one person: more than a card a month for a lifetime. */
const MAX_CARDS = 4096;
/** Cards in one answer of the daemon. */
const PAGE = 64;

/** Fetches the cards of a person from number `from` on, oldest first. @throws ClientError 'untrusted' when the daemon repeats cards */
export async function fetchCards(
  connection: Pick<Connection, 'request'>,
  name: string,
  from: number,
): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (let next = from; ; ) {
    const { cards } = await connection.request('cards', { name, from: next });
    all.push(...cards);
    const last = cards.at(-1);
    if (last === undefined) return all;
    const { cardSeq } = openCard(last);
    if (cardSeq < next || all.length > MAX_CARDS)
      throw new ClientError('untrusted', `the server repeats cards of ${name}; ask its operator`);
    if (cards.length < PAGE) return all;
    next = cardSeq + 1;
  }
}

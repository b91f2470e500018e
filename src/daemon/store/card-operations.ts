/** Key cards: each identity's whole chain. */
import { Refusal } from '../../protocol/base/errors.ts';
import type { CardOperations, CardRow } from './identity-store.ts';
import { all, type Implementation, one, run, sameBytes } from './operation.ts';

const CARDS_PER_ANSWER = 64;
const NEWEST_PAGE = 1000;
/** Most cards of one identity: one a week for 78 years. */
const MAX_CARDS = 4096;
const NO_HASH = new Uint8Array(32);
const NEWEST = 'SELECT card_seq, hash, bytes FROM cards WHERE id_fp = ? ORDER BY card_seq DESC LIMIT 1';

type Newest = { card_seq: number; hash: Uint8Array; bytes: Uint8Array };

export const cardOperations: Implementation<CardOperations> = {
  addCard(tx, card) {
    const newest = one<Newest>(tx, NEWEST, card.idFp);
    if (newest && sameBytes(newest.bytes, card.bytes)) return null;
    if (card.cardSeq !== (newest?.card_seq ?? 0) + 1 || !sameBytes(card.prevHash, newest?.hash ?? NO_HASH)) {
      throw new Refusal('conflict', 'the directory holds another newest card: fetch it and make the next one');
    }
    if (card.cardSeq > MAX_CARDS) {
      throw new Refusal('quota', 'this account has too many key cards: ask the operator for another account');
    }
    run(
      tx,
      'INSERT INTO cards (id_fp, card_seq, hash, ek_fp, not_after, bytes) VALUES (?, ?, ?, ?, ?, ?)',
      card.idFp,
      card.cardSeq,
      card.hash,
      card.ekFp,
      card.notAfter,
      card.bytes,
    );
    return null;
  },

  newestCards(tx, { after }) {
    return all<CardRow>(
      tx,
      `SELECT id_fp AS "idFp", max(card_seq) AS "cardSeq", hash, ek_fp AS "ekFp", not_after AS "notAfter"
       FROM cards WHERE id_fp > ? GROUP BY id_fp ORDER BY id_fp LIMIT ${NEWEST_PAGE}`,
      after ?? new Uint8Array(0),
    ).map((row) => ({ ...row }));
  },

  cards(tx, { idFp, from }) {
    return all<{ bytes: Uint8Array }>(
      tx,
      `SELECT bytes FROM cards WHERE id_fp = ? AND card_seq >= ? ORDER BY card_seq LIMIT ${CARDS_PER_ANSWER}`,
      idFp,
      from,
    ).map((row) => row.bytes);
  },

  cardsOf(tx, { ids }) {
    return ids.map((idFp) => one<Newest>(tx, NEWEST, idFp)?.bytes ?? null);
  },
};

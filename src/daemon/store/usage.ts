/** Disk usage of each account: running sums for messages and for files. */
import { Refusal } from '../../protocol/base/errors.ts';
import { one, run, type Transaction } from './operation.ts';

/** Approximate overhead of an entry, a conversation, a device's chain and an epoch key, bytes. */
export const ENTRY_COST = 256;
export const CONVERSATION_COST = 512;
export const CHAIN_COST = 64;
export const KEY_COST = 128;
/**
 * A note costs its sender this much more, and the other side may answer with as much for free: the receipts that its
 * client sends by itself. Otherwise many notes to a person would use up that person's quota.
 */
const RECEIPT_COST = 2048;
/** Most free bytes that one side may save up in one conversation. */
const MAX_CREDIT = 65_536;

/**
 * Charges `bytes` to the messages of `idFp`. Part of an operation, which changes nothing when it is refused.
 * @param quota the most bytes; null counts without a limit
 * @throws Refusal 'quota'
 */
export function chargeMessages(tx: Transaction, idFp: Uint8Array, bytes: number, quota: number | null): void {
  const sum = one<{ messages: number }>(
    tx,
    `INSERT INTO usage (id_fp, messages) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET messages = messages + excluded.messages RETURNING messages`,
    idFp,
    bytes,
  );
  if (quota !== null && (sum?.messages ?? 0) > quota) {
    throw new Refusal(
      'quota',
      'your messages have used up your quota on this server: ask its operator for a larger one, or to keep messages for less time',
    );
  }
}

/**
 * Charges a note of `author` in a private conversation, as chargeMessages.
 * @param author their number in `members`
 * @returns what the author paid
 * @throws Refusal 'quota'
 */
export function chargeNote(
  tx: Transaction,
  { c, author, idFp }: { c: number; author: number; idFp: Uint8Array },
  bytes: number,
  quota: number | null,
): number {
  const spend = 'UPDATE members SET credit = credit - ?1 WHERE m = ?2 AND credit >= ?1';
  if (run(tx, spend, bytes, author) > 0) return 0;
  const cost = bytes + RECEIPT_COST;
  chargeMessages(tx, idFp, cost, quota);
  run(tx, `UPDATE members SET credit = min(${MAX_CREDIT}, credit + ${RECEIPT_COST}) WHERE c = ? AND m <> ?`, c, author);
  return cost;
}

/** Charges `bytes` to the files of `owner`. @throws Refusal 'quota' */
export function chargeFiles(tx: Transaction, owner: Uint8Array, bytes: number, quota: number): void {
  const sum = one<{ files: number }>(
    tx,
    `INSERT INTO usage (id_fp, files) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET files = files + excluded.files RETURNING files`,
    owner,
    bytes,
  );
  if ((sum?.files ?? 0) > quota) {
    throw new Refusal('quota', 'this file exceeds your quota on this server: ask its operator for a larger one');
  }
}

export function freeFiles(tx: Transaction, owner: Uint8Array, bytes: number): void {
  run(tx, 'UPDATE usage SET files = max(0, files - ?) WHERE id_fp = ?', bytes, owner);
}

/** Credits dropped bytes to their authors, by their number in `members`. Entries of the daemon have no author. */
export function freeMessages(tx: Transaction, dropped: Iterable<{ author: number | null; bytes: number }>): void {
  const sums = new Map<number, number>();
  for (const { author, bytes } of dropped) {
    if (author !== null) sums.set(author, (sums.get(author) ?? 0) + bytes);
  }
  for (const [author, bytes] of sums) {
    run(
      tx,
      `UPDATE usage SET messages = max(0, messages - ?)
       WHERE id_fp = (SELECT id_fp FROM members WHERE m = ?)`,
      bytes,
      author,
    );
  }
}

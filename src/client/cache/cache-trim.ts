/** The cache has an end: what is oldest goes, and is fetched again when somebody scrolls back to it. */
import type { ProfileDb } from '../profile/profile-db.ts';

const MAX_CACHED = 50_000;
const MAX_CACHED_BYTES = 64 * 2 ** 20;
/** Trimming goes below the limit by this part, so that it is seldom. */
const TRIM_TO = 0.9;

/** A chain begins with the oldest item that is still here; where none is, with the next one that will come. */
const SHORTEN_CHAINS = `UPDATE chains SET (first, first_prev) = (
    SELECT coalesce(min(oldest.device_seq), chains.last + 1), coalesce(min(oldest.prev), chains.last_tag) FROM (
      SELECT e.device_seq, e.prev FROM entries e WHERE e.account = chains.account AND e.conversation = chains.conversation
        AND e.author = chains.author AND e.device = chains.device ORDER BY e.device_seq LIMIT 1) AS oldest)
  WHERE account = ?`;

/** Drops the oldest beyond the limits. @returns how many */
export async function trimCache(
  db: ProfileDb,
  account: string,
  max = MAX_CACHED,
  maxBytes = MAX_CACHED_BYTES,
): Promise<number> {
  const size = 'coalesce(length(sealed), 0) + coalesce(length(raw), 0) + 300';
  const [total] = await db.all(
    `SELECT count(*) AS n, coalesce(sum(${size}), 0) AS bytes FROM entries WHERE account = ?`,
    [account],
  );
  const count = Number(total?.n ?? 0);
  const share = Math.min(max / Math.max(1, count), maxBytes / Math.max(1, Number(total?.bytes ?? 0)));
  if (share >= 1) return 0;
  const keep = Math.floor(count * share * TRIM_TO);
  const [limit] = await db.all('SELECT at FROM entries WHERE account = ? ORDER BY at DESC LIMIT 1 OFFSET ?', [
    account,
    keep,
  ]);
  if (limit === undefined) return 0;
  const cut = Number(limit.at);
  const below = (table: string) =>
    `DELETE FROM ${table} WHERE account = ? AND seq <= (SELECT c.bottom FROM coverage c
       WHERE c.account = ${table}.account AND c.conversation = ${table}.conversation)`;
  await db.transaction([
    {
      // Below the newest entry that is too old everything goes, so that what stays has no holes.
      sql: `UPDATE coverage SET bottom = max(bottom, coalesce((SELECT max(e.seq) FROM entries e
              WHERE e.account = coverage.account AND e.conversation = coverage.conversation AND e.at <= ?), 0)) WHERE account = ?`,
      params: [cut, account],
    },
    { sql: below('entries'), params: [account] },
    { sql: below('marks'), params: [account] },
    { sql: SHORTEN_CHAINS, params: [account] },
  ]);
  const [left] = await db.all('SELECT count(*) AS n FROM entries WHERE account = ?', [account]);
  return count - Number(left?.n ?? 0);
}

/** Bounds the cache: the oldest entries are dropped, and fetched again when the person scrolls back to them. */
import type { ProfileDb } from '../profile/profile-db.ts';

const MAX_CACHED = 50_000;
const MAX_CACHED_BYTES = 64 * 2 ** 20;
/** Trims to this fraction below the limit, so that it is rarely needed. */
const TRIM_TO = 0.9;

/** A chain begins with its oldest item that is left; if none is left, with the next one that comes. */
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
      // Everything up to the newest entry that is too old is dropped, so that the rest has no holes.
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

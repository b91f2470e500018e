/** The account of a profile that was used last. */
import type { ProfileDb } from './profile-db.ts';

/** Returns the server and the name that were used last, of the account `name` if it is given; null in a new profile. */
export async function lastAccount(
  db: Pick<ProfileDb, 'all'>,
  name: string | null = null,
): Promise<{ server: string; user?: string } | null> {
  const [row] = await db.all(
    `SELECT a.address, x.name FROM addresses a LEFT JOIN accounts x ON x.daemon = a.daemon
     ORDER BY x.name = ? DESC, x.at DESC, a.at DESC LIMIT 1`,
    [name],
  );
  if (row === undefined) return null;
  return { server: String(row.address), ...(row.name !== null && { user: String(row.name) }) };
}

/** Which account of a profile was used last, by whatever part of the program. */
import type { ProfileDb } from './profile-db.ts';

/** The address that `name`, else whoever was used last, is known at, with the name that was used last there. */
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

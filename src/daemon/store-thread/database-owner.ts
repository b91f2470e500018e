/**
 * The daemon that a database belongs to, as hashes of the public parts of its daemon.key and its opaque.setup, stored at the first start.
 * With another key there would be a second lobby; with another setup nobody could log in.
 */
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { equal } from '../../protocol/base/bytes.ts';
import { StartError } from '../data/start-error.ts';

export type Owner = { key: Uint8Array; setup: Uint8Array };

/** @throws StartError when the database at `path` belongs to another daemon than `owner` */
export function checkOwner(path: string, db: DatabaseSync, owner: Owner): void {
  const kept = ownerOf(db);
  if (kept === null) return;
  const wrong: string[] = [];
  if (!equal(kept.key, owner.key)) wrong.push(join(dirname(path), 'daemon.key'));
  if (!equal(kept.setup, owner.setup)) wrong.push(join(dirname(path), 'opaque.setup'));
  if (wrong.length === 0) return;
  throw new StartError(
    `${wrong.join(' and ')} ${wrong.length === 1 ? 'does' : 'do'} not belong to ${path}: they are of different daemons, or one was altered; ` +
      'put back daemon.key, opaque.setup and securechat.db from one backup',
  );
}

/** Stores the owner, unless there is one. */
export function keepOwner(db: DatabaseSync, owner: Owner): void {
  db.prepare('INSERT OR IGNORE INTO owner (one, key, setup) VALUES (1, ?, ?)').run(owner.key, owner.setup);
}

function ownerOf(db: DatabaseSync): Owner | null {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'owner'").get() === undefined) return null;
  const row = db.prepare('SELECT key, setup FROM owner').get();
  return row === undefined ? null : { key: row.key as Uint8Array, setup: row.setup as Uint8Array };
}

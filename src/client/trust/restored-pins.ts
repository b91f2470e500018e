/** The pins of a profile for an export, and pins from an export. */
import { openCard } from '../../protocol/account/card.ts';
import type { ExportedPin } from '../../protocol/account/export-contents.ts';
import { compareImportance, nameOfRow, pinOfRow } from '../../protocol/account/shared-rows.ts';
import type { ProfileDb, Statement } from '../profile/profile-db.ts';
import { PinStore } from './pin-store.ts';
import { newPin, SharedPins } from './shared-pins.ts';

/** Returns all pins but that of `me`, the most important first. @param daemon its fingerprint */
export async function pinsToExport(db: ProfileDb, daemon: Uint8Array, me: string): Promise<ExportedPin[]> {
  const rows = await db.all('SELECT name, card FROM pins WHERE daemon = ?', [daemon]);
  const cards = new Map(rows.map(({ name, card }) => [String(name), card as Uint8Array | null]));
  const shared = (await new SharedPins(db, daemon).rows()).filter((row) => nameOfRow(row) !== me);
  return shared.sort(compareImportance).map((row) => ({ row, card: cards.get(nameOfRow(row)) ?? null }));
}

/** Stores pins. Beside a pin that the profile has, the decisions count as those of another device of this person. */
export async function restorePins(db: ProfileDb, daemon: Uint8Array, pins: readonly ExportedPin[]): Promise<void> {
  const rows = await db.all('SELECT name FROM pins WHERE daemon = ?', [daemon]);
  const known = new Set(rows.map(({ name }) => String(name)));
  await db.transaction(
    pins.filter(({ row }) => !known.has(nameOfRow(row))).flatMap((pin) => insertStatements(daemon, pin)),
  );
  const [shared, store] = [new SharedPins(db, daemon), new PinStore(db, daemon)];
  for (const { row, card } of pins) {
    if (!known.has(nameOfRow(row))) continue;
    await shared.take(row);
    if (card !== null) await store.put(openCard(card), card, row);
  }
}

function insertStatements(daemon: Uint8Array, { row, card }: ExportedPin): Statement[] {
  const pin = newPin(daemon, row, card);
  if (card === null) return [pin];
  const identity: Statement = {
    sql: 'INSERT OR IGNORE INTO identities (daemon, id_fp, name, sig_spki) VALUES (?, ?, ?, ?)',
    params: [daemon, pinOfRow(row).idFp, nameOfRow(row), openCard(card).sigSpki],
  };
  return [pin, identity];
}

/** Devices that may log in by key, each with the hash of its ticket. */

import { Refusal } from '../../protocol/base/errors.ts';
import type { DeviceKind } from '../../protocol/wire/fields.ts';
import type { DeviceOperations, DeviceRow } from './identity-store.ts';
import { all, type Implementation, one, run, sameBytes, type Transaction } from './operation.ts';

/** Most devices of a person. The one seen longest ago is dropped. */
const MAX_DEVICES = 64;
/** Most exports of a person. None is dropped for another: each may be all that a person has left. */
const MAX_EXPORTS = 16;

type StoredDevice = { ticket_hash: Uint8Array; kind: DeviceKind; name: string; since: number; address: string };

export const deviceOperations: Implementation<DeviceOperations> = {
  putDevice(tx, { idFp, device, shownHash, ticketHash, kind, name, address }) {
    if (kind === 'export' && countExports(tx, idFp, device) >= MAX_EXPORTS)
      throw new Refusal('quota', `there are ${MAX_EXPORTS} exports of this account: end one in the list of devices`);
    const before = one<StoredDevice>(
      tx,
      'SELECT ticket_hash, kind, name, since, address FROM devices WHERE id_fp = ? AND device = ?',
      idFp,
      device,
    );
    const isKnown = before !== undefined && isTicketOf(before, shownHash);
    const since = isKnown ? before.since : tx.now;
    run(
      tx,
      `INSERT OR REPLACE INTO devices (id_fp, device, ticket_hash, kind, name, since, last_seen, address)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      idFp,
      device,
      isKnown ? before.ticket_hash : ticketHash,
      kind,
      name,
      since,
      tx.now,
      address,
    );
    run(
      tx,
      `DELETE FROM devices WHERE id_fp = ?1 AND kind = 'device' AND device <> ?2 AND device NOT IN
         (SELECT device FROM devices WHERE id_fp = ?1 AND kind = 'device' AND device <> ?2
          ORDER BY last_seen DESC LIMIT ${MAX_DEVICES - 1})`,
      idFp,
      device,
    );
    const replaced =
      before === undefined || isKnown ? null : { name: before.name, address: before.address, since: before.since };
    return { isNew: !isKnown, since, replaced };
  },

  checkTicket(tx, { idFp, device, ticketHash, loginFrom }) {
    const row = one<{ ticket_hash: Uint8Array; kind: DeviceKind }>(
      tx,
      'SELECT ticket_hash, kind FROM devices WHERE id_fp = ? AND device = ?',
      idFp,
      device,
    );
    if (!row || !sameBytes(row.ticket_hash, ticketHash)) return null;
    if (loginFrom !== null)
      run(
        tx,
        'UPDATE devices SET last_seen = ?, address = ? WHERE id_fp = ? AND device = ?',
        tx.now,
        loginFrom,
        idFp,
        device,
      );
    return row.kind;
  },

  devices(tx, { idFp }) {
    return all<DeviceRow>(
      tx,
      `SELECT device, kind, name, since, last_seen AS "lastSeen", address
       FROM devices WHERE id_fp = ? ORDER BY last_seen DESC, device`,
      idFp,
    ).map((row) => ({ ...row }));
  },

  dropDevices(tx, { idFp, device, but }) {
    const which = device === null ? 'device <> ?' : 'device = ?';
    const dropped = all<Pick<DeviceRow, 'kind'>>(
      tx,
      `DELETE FROM devices WHERE id_fp = ? AND ${which} RETURNING kind`,
      idFp,
      device ?? but,
    );
    return { ended: dropped.length, exports: dropped.filter(({ kind }) => kind === 'export').length };
  },
};

/** An export logs in by key only, so its ticket proves no device. */
function isTicketOf({ kind, ticket_hash }: StoredDevice, shownHash: Uint8Array | undefined): boolean {
  return kind === 'device' && shownHash !== undefined && sameBytes(ticket_hash, shownHash);
}

/** The exports of a person, without `device`. */
function countExports(tx: Transaction, idFp: Uint8Array, device: number): number {
  const row = one<{ n: number }>(
    tx,
    "SELECT count(*) AS n FROM devices WHERE id_fp = ? AND kind = 'export' AND device <> ?",
    idFp,
    device,
  );
  return row?.n ?? 0;
}

/** Devices that may log in by key, each with the hash of its ticket. */

import type { DeviceOperations } from './identity-store.ts';
import { all, type Implementation, one, run, sameBytes } from './operation.ts';

/** Most devices of a person. The one seen longest ago is dropped. */
const MAX_DEVICES = 64;

export const deviceOperations: Implementation<DeviceOperations> = {
  putDevice(tx, { idFp, device, ticketHash }) {
    run(
      tx,
      'INSERT OR REPLACE INTO devices (id_fp, device, ticket_hash, last_seen) VALUES (?, ?, ?, ?)',
      idFp,
      device,
      ticketHash,
      tx.now,
    );
    run(
      tx,
      `DELETE FROM devices WHERE id_fp = ?1 AND device <> ?2 AND device NOT IN
         (SELECT device FROM devices WHERE id_fp = ?1 AND device <> ?2 ORDER BY last_seen DESC LIMIT ${MAX_DEVICES - 1})`,
      idFp,
      device,
    );
    return null;
  },

  checkTicket(tx, { idFp, device, ticketHash, seen }) {
    const row = one<{ ticket_hash: Uint8Array }>(
      tx,
      'SELECT ticket_hash FROM devices WHERE id_fp = ? AND device = ?',
      idFp,
      device,
    );
    if (!row || !sameBytes(row.ticket_hash, ticketHash)) return false;
    if (seen) run(tx, 'UPDATE devices SET last_seen = ? WHERE id_fp = ? AND device = ?', tx.now, idFp, device);
    return true;
  },

  devices(tx, { idFp }) {
    return all<{ device: number; lastSeen: number }>(
      tx,
      'SELECT device, last_seen AS "lastSeen" FROM devices WHERE id_fp = ? ORDER BY last_seen DESC, device',
      idFp,
    ).map((row) => ({ ...row }));
  },

  dropDevices(tx, { idFp, device, but }) {
    return device === null
      ? run(tx, 'DELETE FROM devices WHERE id_fp = ? AND device <> ?', idFp, but)
      : run(tx, 'DELETE FROM devices WHERE id_fp = ? AND device = ?', idFp, device);
  },
};

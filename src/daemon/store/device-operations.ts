/** The devices that may log in by key, each with the hash of the ticket that it was given. */
import { all, type Implementation, one, run, sameBytes } from './operation.ts';
import type { DeviceOperations } from './store.ts';

/** Per person; the one that was seen longest ago makes room. */
const MAX_DEVICES = 64;

export const deviceOperations: Implementation<DeviceOperations> = {
  putDevice(tools, { idFp, device, ticketHash }) {
    run(
      tools,
      'INSERT OR REPLACE INTO devices (id_fp, device, ticket_hash, last_seen) VALUES (?, ?, ?, ?)',
      idFp,
      device,
      ticketHash,
      tools.now,
    );
    run(
      tools,
      `DELETE FROM devices WHERE id_fp = ?1 AND device <> ?2 AND device NOT IN
         (SELECT device FROM devices WHERE id_fp = ?1 AND device <> ?2 ORDER BY last_seen DESC LIMIT ${MAX_DEVICES - 1})`,
      idFp,
      device,
    );
    return null;
  },

  checkTicket(tools, { idFp, device, ticketHash, seen }) {
    const row = one<{ ticket_hash: Uint8Array }>(
      tools,
      'SELECT ticket_hash FROM devices WHERE id_fp = ? AND device = ?',
      idFp,
      device,
    );
    if (!row || !sameBytes(row.ticket_hash, ticketHash)) return false;
    if (seen) run(tools, 'UPDATE devices SET last_seen = ? WHERE id_fp = ? AND device = ?', tools.now, idFp, device);
    return true;
  },

  devices(tools, { idFp }) {
    return all<{ device: number; lastSeen: number }>(
      tools,
      'SELECT device, last_seen AS "lastSeen" FROM devices WHERE id_fp = ? ORDER BY last_seen DESC, device',
      idFp,
    ).map((row) => ({ ...row }));
  },

  dropDevices(tools, { idFp, device, but }) {
    return device === null
      ? run(tools, 'DELETE FROM devices WHERE id_fp = ? AND device <> ?', idFp, but)
      : run(tools, 'DELETE FROM devices WHERE id_fp = ? AND device = ?', idFp, device);
  },
};

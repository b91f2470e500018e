/** Rooms: their log and their epochs. Both are appended only at the head they were made for. */
import { Refusal } from '../../protocol/base/errors.ts';
import {
  addMember,
  type Conversation,
  dropKeys,
  findDuplicate,
  insertEntry,
  memberOf,
  NO_EPOCH,
  notMemberRefusal,
} from './entry-operations.ts';
import { openEpochOf } from './open-epoch.ts';
import { all, type Implementation, insert, one, run, sameBytes, type Transaction } from './operation.ts';
import type { RoomOperations, RoomState } from './store.ts';
import { chargeMessages, ENTRY_COST, KEY_COST } from './usage.ts';

/** Grants that are kept for one member and one epoch. */
const GRANTS_KEPT = 3;
const LOG_PAGE = 500;

type Room = Conversation & {
  log_n: number;
  log_head: Uint8Array;
  departure_n: number;
  epoch_id: Uint8Array;
};

export const roomOperations: Implementation<RoomOperations> = {
  createRoom(tx, { room, name, entry, hash }) {
    if (one(tx, 'SELECT c FROM conversations WHERE id = ? OR room = ?', room, name)) {
      throw new Refusal('conflict', 'this room exists already');
    }
    const c = insert(
      tx,
      `INSERT INTO conversations (id, room, log_n, log_head, departure_n, epoch_id, epoch_log_n)
       VALUES (?, ?, 0, ?, 0, ?, 0)`,
      room,
      name,
      hash,
      NO_EPOCH,
    );
    const placed = insertEntry(
      tx,
      { c, head: 0, at: 0, open: 1 },
      { kind: 'log', author: null, id: hash, n: 0, bytes: entry, file: null },
    );
    return { seq: placed.seq, at: placed.at };
  },

  rooms(tx) {
    return all<RoomState>(
      tx,
      `SELECT conversations.id AS room, room AS name, epoch_id AS "epochId", epoch_log_n AS "epochLogN", head,
         coalesce(seq, 0) AS "epochSeq", bytes AS "epochBytes"
       FROM conversations LEFT JOIN entries ON e =
         (SELECT e FROM entries WHERE entries.c = conversations.c AND kind = 'epoch' ORDER BY seq DESC LIMIT 1)
       WHERE room IS NOT NULL ORDER BY conversations.c`,
    ).map((row) => ({ ...row }));
  },

  roomLog(tx, { room, after }) {
    return all<{ n: number; bytes: Uint8Array }>(
      tx,
      `SELECT n, bytes FROM entries WHERE c = (SELECT c FROM conversations WHERE id = ?) AND kind = 'log' AND n > ?
       ORDER BY seq LIMIT ${LOG_PAGE}`,
      room,
      after,
    ).map((row) => ({ ...row }));
  },

  appendLog(tx, entry) {
    const room = roomOf(tx, entry.room);
    const known = entry.author && memberOf(tx, room.c, entry.author.idFp);
    const first = known && findDuplicate(tx, known.m, { id: entry.hash, bytes: entry.bytes });
    if (first) return first;
    if (entry.n !== room.log_n + 1 || !sameBytes(entry.prev, room.log_head)) {
      throw new Refusal('conflict', 'the room has moved on: fetch its log and sign again');
    }
    if (entry.joins && run(tx, SET_PRESENT, 1, room.c, entry.joins.idFp) === 0) addMember(tx, room.c, entry.joins);
    if (entry.departs) run(tx, SET_PRESENT, 0, room.c, entry.departs);
    run(tx, 'UPDATE conversations SET log_n = ?, log_head = ? WHERE c = ?', entry.n, entry.hash, room.c);
    if (entry.departs) run(tx, 'UPDATE conversations SET departure_n = ? WHERE c = ?', entry.n, room.c);
    const author = entry.author ? (memberOf(tx, room.c, entry.author.idFp)?.m ?? null) : null;
    // Joining and leaving must work with a full quota.
    if (entry.author) chargeMessages(tx, entry.author.idFp, ENTRY_COST + entry.bytes.length, null);
    const { seq, at } = insertEntry(tx, room, {
      kind: 'log',
      author,
      id: entry.hash,
      n: entry.n,
      bytes: entry.bytes,
      file: null,
    });
    return { seq, at, duplicate: false };
  },

  appendEpoch(tx, epoch) {
    const room = roomOf(tx, epoch.room);
    const author = memberOf(tx, room.c, epoch.author.idFp);
    if (!author?.present) throw notMemberRefusal();
    const first = findDuplicate(tx, author.m, { id: epoch.epochId, bytes: epoch.bytes });
    if (first) return first;
    if (!sameBytes(epoch.epochPrev, room.epoch_id)) {
      throw new Refusal('conflict', 'somebody else made the next key: fetch it and use that one');
    }
    if (epoch.logN < room.departure_n) {
      throw new Refusal('stale-epoch', 'somebody left since: make the key for those who are still there');
    }
    const keys = epoch.keys.reduce((sum, { chunk }) => sum + chunk.length + KEY_COST, 0);
    chargeMessages(tx, epoch.author.idFp, ENTRY_COST + epoch.bytes.length + keys, epoch.quota);
    dropUnused(tx, room);
    const { e, seq, at } = insertEntry(tx, room, {
      kind: 'epoch',
      author: author.m,
      id: epoch.epochId,
      n: epoch.logN,
      bytes: epoch.bytes,
      file: null,
    });
    run(tx, 'UPDATE conversations SET epoch_id = ?, epoch_log_n = ? WHERE c = ?', epoch.epochId, epoch.logN, room.c);
    for (const { idFp, chunk } of epoch.keys) run(tx, ADD_KEY, e, idFp, 'chunk', chunk);
    return { seq, at, duplicate: false };
  },

  openEpoch(tx, { room, epochId }) {
    return { logN: openEpochOf(tx, roomOf(tx, room), epochId).n };
  },

  addGrant(tx, { room, epochId, to, bytes }) {
    const epoch = openEpochOf(tx, roomOf(tx, room), epochId);
    run(tx, ADD_KEY, epoch.e, to, 'grant', bytes);
    run(
      tx,
      `DELETE FROM epoch_keys WHERE e = ?1 AND id_fp = ?2 AND kind = 'grant' AND k NOT IN
         (SELECT k FROM epoch_keys WHERE e = ?1 AND id_fp = ?2 AND kind = 'grant' ORDER BY k DESC LIMIT ${GRANTS_KEPT})`,
      epoch.e,
      to,
    );
    return null;
  },
};

const SET_PRESENT = 'UPDATE members SET present = ? WHERE c = ? AND id_fp = ?';
const ADD_KEY = 'INSERT INTO epoch_keys (e, id_fp, kind, bytes) VALUES (?, ?, ?, ?)';

/**
 * Drops the keys of the newest epoch if it was never used and somebody has left since, because it cannot be used any
 * more.
 */
function dropUnused(tx: Transaction, room: Room): void {
  const last = one<{ e: number; kind: string; n: number }>(
    tx,
    "SELECT e, kind, n FROM entries WHERE c = ? AND kind IN ('message', 'epoch') ORDER BY seq DESC LIMIT 1",
    room.c,
  );
  if (last?.kind === 'epoch' && last.n < room.departure_n) dropKeys(tx, last.e);
}

function roomOf(tx: Transaction, id: Uint8Array): Room {
  const room = one<Room>(
    tx,
    `SELECT c, head, at, log_n, log_head, departure_n, epoch_id FROM conversations WHERE id = ? AND room IS NOT NULL`,
    id,
  );
  if (!room) throw new Refusal('no-such-conversation', 'there is no such room');
  return room;
}

/** The stored vectors of broadcasts and of logins still get their verdicts. */
import test from 'ava';
import { fromHex, H, hex, utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { loginProof } from '../../../src/protocol/crypto/opaque.ts';
import { verify } from '../../../src/protocol/crypto/rsa.ts';
import { BroadcastOpener, BroadcastPositions, decodeRoomKey } from '../../../src/protocol/link/broadcast.ts';
import { RecordOpener } from '../../../src/protocol/link/record.ts';
import { LARGE_RECORD, recordLimits, recordType } from '../../../src/protocol/link/record-format.ts';
import { type Judge, judgeAll, readVectors, vectorPerson } from '../../helpers/protocol/vectors.ts';

type BroadcastVector = {
  what: string;
  verdict: string;
  given: { key: string; stream: string };
  gives: { opens: unknown[] };
};

/** Reads a stream as a client does, and notes the position of a room after each of its broadcasts. */
function* readStream(key: Uint8Array, stream: Uint8Array) {
  const positions = new BroadcastPositions();
  const broadcasts = new BroadcastOpener(positions);
  const opener = new RecordOpener(key, LARGE_RECORD, recordLimits, broadcasts);
  for (const record of opener.push(stream)) {
    const { type, body } = record;
    if (type === recordType.roomKey) broadcasts.setKey(decodeRoomKey(body));
    if (type === recordType.roomEnd) broadcasts.drop(body);
    if (type !== 'broadcast') yield { type, body: hex(body) };
    else yield { type, room: hex(record.room), body: hex(body), position: hex(positionOf(positions, record.room)) };
  }
}

/** The position of one room, out of the additional data of all. */
function positionOf(positions: BroadcastPositions, room: Uint8Array): Uint8Array {
  const all = positions.aad(new Uint8Array());
  const sorted = [0x11, 0x22].filter((byte) => positions.has(new Uint8Array(32).fill(byte)));
  const at = 44 * sorted.indexOf(room[0] ?? 0);
  return all.subarray(at, at + 44);
}

test('broadcasts: every stream gets its verdict', (t) => {
  for (const { what, verdict, given, gives } of readVectors<BroadcastVector[]>('broadcast')) {
    const opened: unknown[] = [];
    const read = () => {
      for (const record of readStream(fromHex(given.key), fromHex(given.stream))) opened.push(record);
    };
    if (verdict === 'accepted') t.notThrows(read, what);
    else t.throws(read, { instanceOf: ProtocolError, code: verdict as 'link' }, what);
    t.deepEqual(opened, gives.opens, what);
  }
});

const login: Judge = (given) => {
  if (given.has('ticket')) return { stored: hex(H('ticket', given.bytes('ticket'))) };
  if (given.has('record')) return { recordHash: hex(H('record', utf8(given.text('record')))) };
  const cb = given.bytes('cb');
  if (given.has('sessionKey')) {
    const key = Buffer.from(given.text('sessionKey'), 'base64url');
    return { server: hex(loginProof(key, 'server', cb)), client: hex(loginProof(key, 'client', cb)) };
  }
  const hash = H('login', cb, given.bytes('daemonId'), utf8(given.text('name')));
  return verify(vectorPerson('alice').identity.spki, hash, given.bytes('signature')) ? { hash: hex(hash) } : null;
};

test('login: all vectors get their verdicts', (t) => judgeAll(t, 'login', login));

/** The bodies of log entries: what create and join say beside their subject. */
import { fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';

const REFUSED = 'a log entry was refused';
const NO_HASH = new Uint8Array(32);

const roomKinds = { lobby: 0, open: 1, private: 2 } as const;
const histories = { 'since-join': 0, shared: 1 } as const;

type RoomKind = keyof typeof roomKinds;
/** Whether a newcomer may read what was said before they joined. */
type RoomHistory = keyof typeof histories;

export type CreateBody = {
  daemonId: Uint8Array;
  kind: RoomKind;
  /** 16 bytes; random, so that one person can make two rooms of one name. */
  nonce: Uint8Array;
  history: RoomHistory;
  /** Who made the room; both are empty in the lobby, which the daemon makes. */
  makerName: string;
  makerSpki: Uint8Array;
  /** See room-info.ts; zeros in a room whose name is public. */
  infoCommitment: Uint8Array;
  /** Empty in a private room. */
  name: string;
};

export function encodeCreateBody(body: CreateBody): Uint8Array {
  return new Writer()
    .bytes(body.daemonId)
    .u8(roomKinds[body.kind])
    .bytes(body.nonce)
    .u8(histories[body.history])
    .var16(utf8(body.makerName))
    .var16(body.makerSpki)
    .bytes(body.infoCommitment)
    .var16(utf8(body.name))
    .finish();
}

/** @throws ProtocolError 'room' */
export function decodeCreateBody(bytes: Uint8Array): CreateBody {
  return withProtocolError('room', REFUSED, () => {
    const reader = new Reader(bytes);
    const daemonId = reader.bytes(32);
    const kind = named(roomKinds, reader.u8());
    const nonce = reader.bytes(16);
    const history = named(histories, reader.u8());
    const makerName = fromUtf8(reader.var16());
    const makerSpki = reader.var16();
    const infoCommitment = reader.bytes(32);
    const name = fromUtf8(reader.var16());
    reader.end();
    return { daemonId, kind, nonce, history, makerName, makerSpki, infoCommitment, name };
  });
}

/**
 * The body of a join: the joiner's signing key, so that newcomers can check the join of a person whose account is gone,
 * and the hash of the invitation that it uses (zeros where none is needed).
 */
export type JoinBody = { sigSpki: Uint8Array; invitation: Uint8Array };

export function encodeJoinBody({ sigSpki, invitation = NO_HASH }: { sigSpki: Uint8Array; invitation?: Uint8Array }) {
  return new Writer().var16(sigSpki).bytes(invitation).finish();
}

/** @throws ProtocolError 'room' */
export function decodeJoinBody(bytes: Uint8Array): JoinBody {
  return withProtocolError('room', REFUSED, () => {
    const reader = new Reader(bytes);
    const body = { sigSpki: reader.var16(), invitation: reader.bytes(32) };
    reader.end();
    return body;
  });
}

function named<Name extends string>(codes: Record<Name, number>, code: number): Name {
  const name = (Object.keys(codes) as Name[]).find((each) => codes[each] === code);
  ensure(name !== undefined);
  return name;
}

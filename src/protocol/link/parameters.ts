/** Facts that the ends exchange in the handshake: the daemon in its reply, the client in its CONFIRM. */
import { fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { DAEMON_ID_BYTES } from './daemon-identity.ts';

export type Parameters = {
  /** Version of the requests and events. */
  messages: number;
  /** Program and version, 1 to 64 printable ASCII characters. */
  software: string;
  /** Its clock, ms since 1970 UTC. */
  time: number;
};

const SOFTWARE = /^[ -~]{1,64}$/;

/** `u16 messages, u64 time, var16 software`; the daemon adds `daemonId[32]`. */
export function encodeParameters(p: Parameters, daemonId?: Uint8Array): Uint8Array {
  if (!SOFTWARE.test(p.software)) throw new RangeError('software is 1 to 64 printable ASCII characters');
  if (daemonId && daemonId.length !== DAEMON_ID_BYTES) throw new RangeError('a daemonId has 32 bytes');
  const writer = new Writer().u16(p.messages).u64(p.time).var16(utf8(p.software));
  return (daemonId ? writer.bytes(daemonId) : writer).finish();
}

/** @throws ProtocolError 'layout' */
export function decodeClientParameters(bytes: Uint8Array): Parameters {
  const reader = new Reader(bytes);
  const parameters = read(reader);
  reader.end();
  return parameters;
}

/** @throws ProtocolError 'layout' */
export function decodeDaemonParameters(bytes: Uint8Array): Parameters & { daemonId: Uint8Array } {
  const reader = new Reader(bytes);
  const parameters = { ...read(reader), daemonId: reader.bytes(DAEMON_ID_BYTES) };
  reader.end();
  return parameters;
}

function read(reader: Reader): Parameters {
  const messages = reader.u16();
  const time = reader.u64();
  const software = fromUtf8(reader.var16());
  if (!SOFTWARE.test(software)) throw new ProtocolError('layout', 'software is not printable ASCII');
  return { messages, software, time };
}

/** The 100 links of fan-out.ts, seen from the other end. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../src/protocol/link/daemon-identity.ts';
import { connectLink } from '../src/protocol/link/link-setup.ts';
import { decodeFromDaemon } from '../src/protocol/wire/codec.ts';
import { fixtureKey } from '../test/fixtures/keys.ts';

export type Reader = {
  /** Says the present time to everybody. */
  say(): void;
  close(): void;
};

/** `got` is told of each message that reaches any reader, with the time at which it was said. */
export async function openReaders(
  mode: string,
  port: number,
  count: number,
  got: (sentAt: number) => void,
): Promise<Reader[]> {
  const readers: Reader[] = [];
  const take = (message: Uint8Array): void => {
    const said = decodeFromDaemon(message);
    if (!('event' in said) || said.event.method !== 'posted') return;
    const { bytes } = said.event.params.entry;
    got(Buffer.from(bytes.buffer, bytes.byteOffset).readDoubleBE());
  };
  for (let i = 0; i < count; i++) readers.push(await (mode === 'bare' ? openBare(port, take) : openLink(port, take)));
  return readers;
}

function now(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(performance.now());
  return bytes;
}

async function openLink(port: number, take: (message: Uint8Array) => void): Promise<Reader> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const link = await connectLink(socket, {
    rsa: inlineRsa,
    ephemeral: fixtureKey('ephemeral'),
    expect: daemonFingerprint(fixtureKey('daemon-link').spki, fixtureKey('daemon-sign').spki),
    software: 'bench',
  });
  link.onMessage = take;
  link.onBroadcast = (_room, message) => take(message);
  return { say: () => link.send(now()), close: () => link.destroy() };
}

async function openBare(port: number, take: (message: Uint8Array) => void): Promise<Reader> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const [welcome] = (await once(socket, 'data')) as [Buffer];
  let kept = welcome.subarray(1);
  socket.on('data', (chunk: Buffer) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (kept.length >= 4 && kept.length >= 4 + kept.readUInt32BE()) {
      const end = 4 + kept.readUInt32BE();
      take(kept.subarray(4, end));
      kept = kept.subarray(end);
    }
  });
  socket.on('error', () => {});
  return { say: () => void socket.write(now()), close: () => socket.destroy() };
}

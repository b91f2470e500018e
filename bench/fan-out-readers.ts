/** The client side of fan-out.ts: opens the 100 links and reads from them. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { daemonFingerprint } from '../src/protocol/link/daemon-identity.ts';
import { connectLink } from '../src/protocol/link/link-setup.ts';
import { decodeFromDaemon } from '../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';

export type Reader = {
  /** Sends the current time to everybody. */
  say(): void;
  close(): void;
};

/** Opens `count` readers. `got` is called for each message that any reader receives, with the time at which it was sent. */
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
    expect: daemonFingerprint({ link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') }),
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
  let buffered = welcome.subarray(1);
  socket.on('data', (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32BE()) {
      const end = 4 + buffered.readUInt32BE();
      take(buffered.subarray(4, end));
      buffered = buffered.subarray(end);
    }
  });
  socket.on('error', () => {});
  return { say: () => void socket.write(now()), close: () => socket.destroy() };
}

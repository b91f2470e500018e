/** A man in the middle: a daemon's end towards the client, a client's end towards the daemon, plaintext in between. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { Address } from '../../../src/client/connection/dial.ts';
import { fromHex } from '../../../src/protocol/base/bytes.ts';
import { acceptLink, connectLink } from '../../../src/protocol/link/link-setup.ts';
import { decodeRequest } from '../../../src/protocol/wire/codec.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import type { DaemonProcess } from '../daemon/daemon.ts';
import { startTcpServer } from '../tcp-server.ts';
import { accepting } from './link-pair.ts';

export type Relay = { address: Address /** The requests that it read, in order. */; read: string[] };

/** Relays every message to `daemon`, under Mallory's keys and the real daemon's id. */
export async function startRelay(
  t: ExecutionContext,
  daemon: Pick<DaemonProcess, 'port' | 'fingerprint'>,
  daemonId: Uint8Array,
): Promise<Relay> {
  const read: string[] = [];
  const keys = { link: fixtureSealKey('mallory-encryption'), sign: fixtureKey('mallory-identity') };
  const address = await startTcpServer(t, async (socket) => {
    try {
      const victim = await acceptLink(socket, { ...accepting, keys, daemonId });
      const out = connect(daemon.port, '127.0.0.1');
      out.on('error', () => {});
      t.teardown(() => out.destroy());
      await once(out, 'connect');
      const expect = fromHex(daemon.fingerprint);
      const behind = await connectLink(out, { expect, software: 'relay' });
      for (const link of [victim, behind]) link.loggedIn();
      victim.onMessage = (message) => {
        read.push(decodeRequest(message).method);
        behind.send(message);
      };
      behind.onMessage = (message) => victim.send(message);
      behind.onBroadcast = (_room, message) => victim.send(message);
      victim.onClose = () => behind.destroy();
      behind.onClose = () => victim.destroy();
    } catch {
      // The client only read the greeting, and comes back with its hello.
      socket.destroy();
    }
  });
  return { address, read };
}

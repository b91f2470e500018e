import { type Duplex, duplexPair } from 'node:stream';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../../../src/protocol/link/daemon-identity.ts';
import type { LinkEnd } from '../../../src/protocol/link/link-inbox.ts';
import { acceptLink, connectLink, type Link } from '../../../src/protocol/link/link-setup.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';

export const daemonKeys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
export const fingerprint = daemonFingerprint(daemonKeys);
export const daemonId = new Uint8Array(32).fill(7);
export const accepting = {
  keys: daemonKeys,
  rejectKey: new Uint8Array(32).fill(9),
  daemonId,
  rsa: inlineRsa,
  software: 'test-daemon 1',
  maxQueuedBytes: 8 * 2 ** 20,
};
export const connecting = {
  expect: fingerprint,
  software: 'test-client 1',
};

type AcceptOptions = Partial<Parameters<typeof acceptLink>[1]>;
type ConnectOptions = Partial<Parameters<typeof connectLink>[1]>;

type Change = { toDaemon?: (chunk: Buffer) => Buffer[]; toClient?: (chunk: Buffer) => Buffer[] };
type Ends = { client: Duplex; daemon: Duplex };

export type LinkPair = { client: Link; daemon: Link; clientStream: Duplex; daemonStream: Duplex };

/** Two ends of a connection in memory. As with TCP, the end of one arrives after what it wrote. */
export function streamPair(): [Duplex, Duplex] {
  const [a, b] = duplexPair();
  const tell = (from: Duplex, to: Duplex) =>
    from.on('close', () => {
      if (!from.writableFinished && !to.destroyed) to.push(null);
    });
  tell(a, b);
  tell(b, a);
  return [a, b];
}

/** Two linked ends in memory. */
export async function linkPair(o: { accept?: AcceptOptions; connect?: ConnectOptions } = {}): Promise<LinkPair> {
  const [clientStream, daemonStream] = streamPair();
  const [client, daemon] = await Promise.all([
    connectLink(clientStream, { ...connecting, ...o.connect }),
    acceptLink(daemonStream, { ...accepting, ...o.accept }),
  ]);
  return { client, daemon, clientStream, daemonStream };
}

/**
 * Two streams with an attacker in the middle. `change` receives every chunk of one direction and returns what is
 * forwarded.
 */
export function tamperedStreams(change: Change): Ends {
  const [client, near] = streamPair();
  const [daemon, far] = streamPair();
  const pass = (from: Duplex, to: Duplex, by: (chunk: Buffer) => Buffer[] = (chunk) => [chunk]) => {
    from.on('data', (chunk: Buffer) => {
      for (const piece of by(chunk)) if (!to.destroyed) to.write(piece);
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
    from.on('error', () => {});
  };
  pass(near, far, change.toDaemon);
  pass(far, near, change.toClient);
  return { client, daemon };
}

/** A link through an attacker who forwards the handshake, and then applies `change` to each chunk. */
export async function attackedLink(change: Change): Promise<{ client: Link; daemon: Link; streams: Ends }> {
  let handshake = true;
  const after =
    (by: (chunk: Buffer) => Buffer[] = (chunk) => [chunk]) =>
    (chunk: Buffer) =>
      handshake ? [chunk] : by(chunk);
  const streams = tamperedStreams({ toDaemon: after(change.toDaemon), toClient: after(change.toClient) });
  const [client, daemon] = await Promise.all([
    connectLink(streams.client, connecting),
    acceptLink(streams.daemon, accepting),
  ]);
  handshake = false;
  return { client, daemon, streams };
}

/** Collects everything that a link receives, as text, and how it ended. */
export function listen(
  link: Link,
  after = () => {},
): {
  messages: string[];
  segments: number[];
  end: Promise<LinkEnd>;
  until(n: number): Promise<void>;
} {
  const messages: string[] = [];
  const segments: number[] = [];
  let wake = () => {};
  link.onMessage = (message) => {
    messages.push(Buffer.from(message).toString());
    after();
    wake();
  };
  link.onSegment = (_transfer, index) => {
    segments.push(index);
    wake();
  };
  const end = new Promise<LinkEnd>((resolve) => {
    link.onClose = resolve;
  });
  const until = async (n: number) => {
    while (messages.length + segments.length < n) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { messages, segments, end, until };
}

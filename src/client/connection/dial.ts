/** Connects to an address: TCP and the handshake, with a time limit and a sentence for each failure. */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { DaemonKeyError } from '../../protocol/link/daemon-identity.ts';
import { connectLink, type Link, readGreeting } from '../../protocol/link/link-setup.ts';
import type { Peer } from '../../protocol/link/peer-confirmation.ts';
import { MESSAGES_VERSION } from '../../protocol/wire/codec.ts';
import { ClientError } from '../errors.ts';

export type Address = { host: string; port: number };

export type DialOptions = {
  address: Address;
  timeoutMs: number;
  clock: Clock;
  /** An abort ends the connection, also after the handshake. */
  signal?: AbortSignal;
};

/** Returns `host:port`; an IPv6 address in brackets. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Reads the fingerprint that the daemon shows; only a handshake proves it. @throws ClientError as withSocket */
export function readFingerprint(options: DialOptions): Promise<Uint8Array> {
  return withSocket(options, async (socket) => {
    try {
      return (await readGreeting(socket)).fingerprint;
    } finally {
      socket.destroy();
    }
  });
}

/** Connects and performs the handshake. @param options `expect`: the fingerprint @throws ClientError 'key-changed' when the daemon shows another one, and as withSocket */
export async function dial(
  options: DialOptions & { expect: Uint8Array; software: string; random: Random },
): Promise<Link> {
  const { expect, software, clock, random } = options;
  const link = await withSocket(options, (socket) => connectLink(socket, { expect, software, clock, random }));
  const error = versionError(options.address, link.peer);
  if (error === null) return link;
  link.destroy();
  throw error;
}

/** Returns the error for a daemon that uses another version of the requests and events; null if it uses this one. */
export function versionError(address: Address, peer: Pick<Peer, 'messages' | 'software'>): ClientError | null {
  if (peer.messages === MESSAGES_VERSION) return null;
  const older = peer.messages < MESSAGES_VERSION ? 'the server; ask its operator' : 'this program';
  return new ClientError(
    'version',
    `${addressText(address)} runs ${peer.software}, which uses version ${peer.messages} of the protocol, and this program version ${MESSAGES_VERSION}; update ${older}`,
  );
}

/** Returns the error for a daemon with another key than the pinned one. */
export function keyChangedError(address: Address, expected: Uint8Array, offered: Uint8Array): ClientError {
  const where = addressText(address);
  return new ClientError(
    'key-changed',
    `the key of ${where} is not the one you trust: expected ${hex(expected)}, offered ${hex(offered)}; somebody may intercept the connection. ` +
      `Ask the operator of the server; only if they changed it, run: securechat forget ${where}`,
  );
}

/** Returns the error for a join link with another key than the pinned one. */
export function untrustedJoinLinkError(address: Address, trusted: Uint8Array, linked: Uint8Array): ClientError {
  const where = addressText(address);
  return new ClientError(
    'key-changed',
    `this link names another key for ${where} than the one you trust: it names ${hex(linked)}, you trust ${hex(trusted)}. ` +
      `Ask the operator of the server which is right; only if they changed it, run: securechat forget ${where}`,
  );
}

/** Returns the error for a join link with another key than the one that the daemon shows, at an address without a pinned key. */
export function wrongJoinLinkError(address: Address, linked: Uint8Array, shown: Uint8Array): ClientError {
  return new ClientError(
    'untrusted',
    `this link is not for the server at ${addressText(address)}; ask for it again. It names ${hex(linked)}, the server shows ${hex(shown)}`,
  );
}

/** Connects, runs `use` within the time limit, and explains errors. @throws ClientError 'unreachable' | 'not-a-daemon' | 'version' | 'key-changed' */
async function withSocket<T>(options: DialOptions, use: (socket: Socket) => Promise<T>): Promise<T> {
  const { address, timeoutMs, clock, signal } = options;
  const where = addressText(address);
  const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true, signal });
  let failed: ClientError | null = null;
  let connected = false;
  const cancel = clock.after(timeoutMs, () => {
    failed =
      socket.bytesRead > 0
        ? new ClientError(
            'not-a-daemon',
            `${where} does not answer like a SecureChat server; check the address and the port`,
          )
        : new ClientError(
            'unreachable',
            connected
              ? `${where} accepts connections, but does not answer; ask the operator of the server`
              : `no answer from ${where}; check the address, and that the server is running`,
          );
    socket.destroy(failed);
  });
  try {
    await new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('error', fail);
    });
    connected = true;
    // From now on the link handles errors. Without any listener, an error would end the process.
    socket.on('error', () => {});
    return await use(socket);
  } catch (error) {
    socket.destroy();
    if (failed !== null) throw failed;
    if (!connected) throw unreachableError(where, error);
    throw handshakeError(error, address);
  } finally {
    cancel();
  }
}

function unreachableError(where: string, error: unknown): ClientError {
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'its name cannot be looked up now',
    ENETUNREACH: 'the network is unreachable',
    EHOSTUNREACH: 'the host is unreachable',
    ETIMEDOUT: 'it does not answer',
  };
  return new ClientError(
    'unreachable',
    `cannot connect to ${where}: ${reasons[code] ?? code}; check the address, and that the server is running`,
  );
}

function handshakeError(error: unknown, address: Address): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const where = addressText(address);
  if (error.code === 'version')
    return new ClientError(
      'version',
      `${where} uses another version of SecureChat: ${error.message}; update the older program`,
    );
  if (error instanceof DaemonKeyError) return keyChangedError(address, error.expected, error.offered);
  return new ClientError(
    'not-a-daemon',
    `${where} is not a SecureChat server, is too busy, or cannot prove its key; check the address and the port, and try again`,
  );
}

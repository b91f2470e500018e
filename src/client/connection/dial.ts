/**
 * From an address to a link: TCP and the handshake, with a time limit and a sentence for everything that may answer
 * instead.
 */
import { connect, type Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { KeyPair } from '../../protocol/crypto/rsa.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
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
  /** Ends the connection whenever it aborts: before, while and after the link is there. */
  signal?: AbortSignal;
};

/** As people write it. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The fingerprint of the keys that the daemon shows. Proves nothing yet. @throws ClientError */
export function readFingerprint(options: DialOptions): Promise<Uint8Array> {
  return withSocket(options, async (socket) => {
    try {
      return (await readGreeting(socket)).fingerprint;
    } finally {
      socket.destroy();
    }
  });
}

/** @throws ClientError 'key-changed' when the daemon shows another key than `expect`, and whatever reach() throws. */
export async function dial(
  options: DialOptions & { expect: Uint8Array; ephemeral: KeyPair; rsa: Rsa; software: string; random: Random },
): Promise<Link> {
  const { expect, ephemeral, rsa, software, clock, random } = options;
  const link = await withSocket(options, (socket) =>
    connectLink(socket, { rsa, ephemeral, expect, software, clock, random }),
  );
  const wrong = versionError(options.address, link.peer);
  if (wrong === null) return link;
  link.destroy();
  throw wrong;
}

/** The sentence for a daemon whose requests and events are not ours; null when they are. */
export function versionError(address: Address, peer: Pick<Peer, 'messages' | 'software'>): ClientError | null {
  if (peer.messages === MESSAGES_VERSION) return null;
  const older = peer.messages < MESSAGES_VERSION ? 'the server; ask its operator' : 'this program';
  return new ClientError(
    'version',
    `${addressText(address)} runs ${peer.software}, which speaks version ${peer.messages} of the messages, this program ${MESSAGES_VERSION}; update ${older}`,
  );
}

export function keyChangedError(address: Address, expected: Uint8Array, offered: Uint8Array): ClientError {
  const where = addressText(address);
  return new ClientError(
    'key-changed',
    `the key of ${where} is not the one you trust: expected ${hex(expected)}, offered ${hex(offered)}; somebody may be in the way. ` +
      `Ask the operator of the server; only if they changed it, run: securechat forget ${where}`,
  );
}

/** A join link that names another key than this profile knows there: which of them is right, only people can say. */
export function untrustedJoinLinkError(address: Address, trusted: Uint8Array, linked: Uint8Array): ClientError {
  const where = addressText(address);
  return new ClientError(
    'key-changed',
    `this link names another key for ${where} than the one you trust: it names ${hex(linked)}, you trust ${hex(trusted)}. ` +
      `Ask the operator of the server which is right; only if they changed it, run: securechat forget ${where}`,
  );
}

/** A join link that names another key than the server shows, where no key was known before: nobody's key has changed. */
export function wrongJoinLinkError(address: Address, linked: Uint8Array, shown: Uint8Array): ClientError {
  return new ClientError(
    'untrusted',
    `this link is not for the server at ${addressText(address)}; ask for it again. It names ${hex(linked)}, the server shows ${hex(shown)}`,
  );
}

/** @throws ClientError 'unreachable' | 'not-a-daemon' | 'version' | 'key-changed' */
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
            `${where} does not talk like a SecureChat server; check the address and the port`,
          )
        : new ClientError(
            'unreachable',
            connected
              ? `${where} does not answer, though something listens there; ask the operator of the server`
              : `no answer from ${where}; check the address, and that the server runs`,
          );
    socket.destroy(failed);
  });
  try {
    await new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('error', fail);
    });
    connected = true;
    // An error after this is the link's business; without a listener it would end the process.
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
    EAI_AGAIN: 'the name cannot be looked up now',
    ENETUNREACH: 'the network cannot be reached',
    EHOSTUNREACH: 'the host cannot be reached',
    ETIMEDOUT: 'it does not answer',
  };
  return new ClientError(
    'unreachable',
    `cannot connect to ${where}: ${reasons[code] ?? code}; check the address, and that the server runs`,
  );
}

function handshakeError(error: unknown, address: Address): unknown {
  if (!(error instanceof ProtocolError)) return error;
  const where = addressText(address);
  if (error.code === 'version')
    return new ClientError(
      'version',
      `${where} speaks another version of SecureChat: ${error.message}; update the older of the two`,
    );
  if (error instanceof DaemonKeyError) return keyChangedError(address, error.expected, error.offered);
  return new ClientError(
    'not-a-daemon',
    `${where} is not a SecureChat server, is too busy, or cannot prove its key; check the address and the port, and try again`,
  );
}

/** How a client recognizes a daemon: its fingerprint, and the join link that contains it. */
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { equal, fromHex, H, hex } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import type { LinkKeyPair, LinkPublicKey } from '../crypto/link-secrets.ts';
import type { KeyPair } from '../crypto/rsa.ts';

/**
 * `link` decrypts what clients seal in the handshake and never signs; `sign` signs the daemon's entries in the lobby's
 * log.
 */
export type DaemonKeys = { link: LinkKeyPair; sign: KeyPair };

export const DAEMON_ID_BYTES = 32;
export const DEFAULT_PORT = 65_345;
const FINGERPRINT_BYTES = 32;

/** The public keys of a daemon. */
export type DaemonPublicKeys = { link: LinkPublicKey; sign: Pick<KeyPair, 'spki'> };

/** H(daemon, link SPKI, X-Wing key, signing SPKI). Covers the key that signs the lobby's log, too. */
export function daemonFingerprint({ link, sign }: DaemonPublicKeys): Uint8Array {
  return H('daemon', link.spki, link.xwingKey, sign.spki);
}

/** The daemon has another fingerprint than the pinned one. */
export class DaemonKeyError extends ProtocolError {
  readonly expected: Uint8Array;
  readonly offered: Uint8Array;

  constructor(expected: Uint8Array, offered: Uint8Array) {
    super('key', 'the daemon shows another key than the one it is known by; ask who runs it before you go on');
    this.expected = expected;
    this.offered = offered;
  }
}

/** @throws DaemonKeyError when `offered` is not `expected` */
export function checkFingerprint(expected: Uint8Array, offered: Uint8Array): void {
  if (!equal(expected, offered)) throw new DaemonKeyError(expected, offered);
}

export type JoinLink = { host: string; port: number; fingerprint: Uint8Array | null };

const ADDRESS =
  /^(?:\[(?<v6>[0-9a-f:.]+(?:%[\w.-]+)?)\]|(?<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?))(?::(?<port>\d{1,5}))?$/i;
const BARE_V6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(?:%[\w.-]+)?$/i;

/**
 * Parses host:port, host, [v6]:port, v6, and each of them as securechat://…#fingerprint.
 * @throws ProtocolError 'text'
 */
export function parseAddress(text: string): JoinLink {
  const link = /^securechat:\/\/([^#/]+)\/?(?:#([^#]*))?$/i.exec(text.trim());
  const address = link?.[1] ?? text.trim();
  if (BARE_V6.test(address)) return { host: address, port: DEFAULT_PORT, fingerprint: parseFingerprint(link?.[2]) };
  const { v6, host = v6, port } = ADDRESS.exec(address)?.groups ?? {};
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (host === undefined || host.length > 253 || number < 1 || number > 65_535) {
    throw new ProtocolError('text', 'not an address; write host:port or securechat://host:port#fingerprint');
  }
  return { host, port: number, fingerprint: parseFingerprint(link?.[2]) };
}

function parseFingerprint(digits: string | undefined): Uint8Array | null {
  if (digits === undefined || digits === '') return null;
  if (!/^[0-9a-f]{64}$/i.test(digits)) {
    throw new ProtocolError('text', 'the fingerprint after # has 64 hexadecimal digits; copy the whole join link');
  }
  return fromHex(digits);
}

/** The link that the daemon prints and people share. */
export function joinLink(host: string, port: number, fingerprint: Uint8Array): string {
  return `securechat://${host.includes(':') ? `[${host}]` : host}:${port}#${hex(fingerprint)}`;
}

/**
 * The fingerprint as 24 words of BIP 39, with its checksum. No two words of the list share their first four letters.
 */
export function fingerprintWords(fingerprint: Uint8Array): string {
  if (fingerprint.length !== FINGERPRINT_BYTES) throw new RangeError('a fingerprint has 32 bytes');
  return entropyToMnemonic(Uint8Array.from(fingerprint), wordlist);
}

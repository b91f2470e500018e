/** The address of a server, as a person gives it. */
import { ProtocolError } from '../../protocol/base/errors.ts';
import { parseAddress } from '../../protocol/link/daemon-identity.ts';
import { ClientError } from '../errors.ts';
import type { Address } from './dial.ts';

/** Parses `host:port` or a join link; the fingerprint is null without a link. @throws ClientError 'usage' for anything else */
export function parseServer(server: string): { address: Address; fingerprint: Uint8Array | null } {
  try {
    const { host, port, fingerprint } = parseAddress(server);
    return { address: { host: host.toLowerCase(), port }, fingerprint };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ClientError('usage', `"${server}": ${error.message}`);
  }
}

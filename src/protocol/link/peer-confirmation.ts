/** Who is at the other end of a link: known at once to a client, and to the daemon when the client's CONFIRM arrives. */
import { ProtocolError } from '../base/errors.ts';
import { decodeClientParameters, type Parameters } from './parameters.ts';

export type Peer = Parameters & {
  /** The daemon's id and signing key, as the client knows them; null on the daemon. */
  daemonId: Uint8Array | null;
  signSpki: Uint8Array | null;
};

export class PeerConfirmation {
  /** Resolves when the peer is known. Rejects with ProtocolError 'handshake' when the link ends before that. */
  readonly confirmed: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: ProtocolError) => void;
  #peer: Peer | null;

  /** @param peer null on the daemon */
  constructor(peer: Peer | null) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.confirmed = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#peer = peer;
    // The link reports the failure to onClose too, so an unhandled rejection is no error.
    promise.catch(() => {});
    if (peer !== null) resolve();
  }

  get isConfirmed(): boolean {
    return this.#peer !== null;
  }

  get peer(): Peer {
    if (this.#peer === null) throw new Error('the peer is not known before its CONFIRM');
    return this.#peer;
  }

  /** @throws ProtocolError for malformed parameters */
  confirm(parameters: Uint8Array): void {
    this.#peer = { ...decodeClientParameters(parameters), daemonId: null, signSpki: null };
    this.#resolve();
  }

  /** Does nothing when the peer is known. */
  fail(why: string): void {
    this.#reject(new ProtocolError('handshake', why));
  }
}

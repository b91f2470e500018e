/**
 * The layer that refused bytes from outside. One code for each layer, so that a peer never learns which check failed.
 */
export type ProtocolErrorCode =
  | 'layout'
  | 'key'
  | 'handshake'
  | 'link'
  | 'message'
  | 'card'
  | 'note'
  | 'room'
  | 'file'
  | 'vault'
  | 'export'
  | 'shared'
  | 'text'
  | 'version';

/**
 * Bytes from outside that break a rule of the protocol. It is logged in one line, and the link or the item is dropped.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Why a request was refused. The codes are part of the wire format: never rename one. */
export const refusalCodes = [
  'login-refused',
  'registration-closed',
  'bad-invite',
  'bad-name',
  'name-taken',
  'name-look-alike',
  'must-renew',
  'needs-vault',
  'needs-password',
  'no-such-user',
  'no-keys-yet',
  'no-such-conversation',
  'no-such-file',
  'not-permitted',
  'stale-card',
  'stale-epoch',
  'order',
  'conflict',
  'id-reused',
  'too-large',
  'quota',
  'disk-full',
  'rate-limited',
  'busy',
  'bad-request',
  'internal',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/**
 * An expected refusal. The client receives the code and a sentence that says what to do; the session continues.
 * @example
 * const ask: Ask = { trust: async () => true, password: async () => 'secret', progress() {} };
 * await connect({ user: 'bob', ask, register: {} }).catch((error: unknown) => {
 *   if (error instanceof Refusal && error.code === 'name-taken') console.log('choose another name');
 *   else throw error;
 * });
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

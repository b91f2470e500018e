import { ProtocolError, Refusal, type RefusalCode } from '../protocol/base/errors.ts';

/** The exit status of each error code: 1 incomplete, 2 usage, 3 login refused, 4 daemon unreachable, 5 key not trusted, 6 refused, 130 interrupted. */
export const exitStatus = {
  incomplete: 1,
  usage: 2,
  'login-refused': 3,
  'account-closed': 3,
  unreachable: 4,
  'not-a-daemon': 4,
  version: 4,
  untrusted: 5,
  'key-changed': 5,
  refused: 6,
  'disk-full': 6,
  cancelled: 130,
} as const;

export type ClientErrorCode = keyof typeof exitStatus;

/**
 * An error for the person. `message` says what happened and what to do, in lower case and without a full stop. `code` says which
 * kind of error it is:
 *
 * - `incomplete`: an export of keys does not restore everything.
 * - `usage`: an argument is wrong.
 * - `login-refused`: the name, the password or the passphrase of the profile is wrong, or this device was logged out.
 * - `account-closed`: this account was closed, here or on another device.
 * - `unreachable`: there is no connection; the daemon may have carried out the request all the same.
 * - `not-a-daemon`: something else answers at the address.
 * - `version`: the daemon or the profile is of another version.
 * - `untrusted`: the daemon is not known, or contradicts itself or the profile.
 * - `key-changed`: the key of the daemon or of a person is not the pinned one.
 * - `refused`: the daemon or this client refuses the request.
 * - `disk-full`: the disk of the profile is full.
 * - `cancelled`: the person stopped it.
 * @example
 * await client.send('@bob', 'hello').catch((error: unknown) => {
 *   if (error instanceof ClientError && error.code === 'key-changed') console.log(error.message);
 *   else throw error;
 * });
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Returns the error for a connection that was closed for good; null if `close` was called. */
export function closedLinkError(link: { reason: string; code?: ClientErrorCode }): ClientError | null {
  return link.code === undefined ? null : new ClientError(link.code, link.reason);
}

/** Turns a Refusal of the daemon into a ClientError. @throws ClientError 'refused' for a Refusal; other errors as they are */
export function throwClientError(error: unknown): never {
  throw error instanceof Refusal ? new ClientError('refused', error.message) : error;
}

/** Whether another attempt would fail in the same way: the error is not about the link, the disk or this program. */
export function isFinal(error: unknown): boolean {
  if (error instanceof ClientError) return ['usage', 'refused', 'key-changed', 'untrusted'].includes(error.code);
  return error instanceof ProtocolError || (error instanceof Refusal && !isTemporary(error));
}

/** Whether the daemon may accept the same request later. */
const refusals: { readonly [code in RefusalCode]: 'temporary' | 'final' } = {
  'login-refused': 'final',
  'registration-closed': 'final',
  'bad-invite': 'final',
  'bad-name': 'final',
  'name-taken': 'final',
  'name-look-alike': 'final',
  'must-renew': 'final',
  'needs-vault': 'final',
  'needs-password': 'final',
  'no-such-user': 'final',
  'no-keys-yet': 'final',
  'no-such-conversation': 'final',
  'no-such-file': 'final',
  'not-permitted': 'final',
  'stale-card': 'final',
  'stale-epoch': 'final',
  order: 'final',
  conflict: 'final',
  'id-reused': 'final',
  'too-large': 'final',
  quota: 'final',
  'disk-full': 'temporary',
  'rate-limited': 'temporary',
  busy: 'temporary',
  'bad-request': 'final',
  internal: 'temporary',
};

/** Whether the error is a refusal that may pass by itself: the daemon may accept the same request later. */
export function isTemporary(error: unknown): error is Refusal {
  return error instanceof Refusal && refusals[error.code] === 'temporary';
}

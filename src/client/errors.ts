import { ProtocolError, Refusal, type RefusalCode } from '../protocol/base/errors.ts';

/**
 * What can go wrong for the person. Each code has its exit status (COMMANDS): 2 usage, 3 login refused, 4 daemon unreachable,
 * 5 key not trusted, 6 refused. The message says what happened and what to do; lower case, no full stop.
 */
export const exitStatus = {
  usage: 2,
  'login-refused': 3,
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

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Why a link was closed for good, as the error that it is; null when the program itself closed it. */
export function closedLinkError(link: { reason: string; code?: ClientErrorCode }): ClientError | null {
  return link.code === undefined ? null : new ClientError(link.code, link.reason);
}

/** What the daemon refuses is an error of the client like any other. @throws ClientError, and what else `error` is */
export function throwClientError(error: unknown): never {
  throw error instanceof Refusal ? new ClientError('refused', error.message) : error;
}

/** What trying again does not change: it is about the thing itself, not about the link, the disk or this program. */
export function isFinal(error: unknown): boolean {
  if (error instanceof ClientError) return ['usage', 'refused', 'key-changed', 'untrusted'].includes(error.code);
  return error instanceof ProtocolError || (error instanceof Refusal && !isTemporary(error));
}

/** Of each no of the daemon's: whether the very same request may get a yes later, with nothing done here. */
const refusals: { readonly [code in RefusalCode]: 'passing' | 'final' } = {
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
  'disk-full': 'passing',
  'rate-limited': 'passing',
  busy: 'passing',
  'bad-request': 'final',
  version: 'final',
  internal: 'passing',
};

/** A no of the daemon's that may be a yes in a moment. */
export function isTemporary(error: unknown): error is Refusal {
  return error instanceof Refusal && refusals[error.code] === 'passing';
}

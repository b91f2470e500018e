/** Logs failed requests. */
import type { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import type { RequestName } from '../../protocol/wire/requests.ts';
import { addressKey } from '../limits/limits.ts';
import type { Session } from '../sessions/session.ts';
import { type DiskWarnings, logFullDisk } from './full-disk-warning.ts';
import type { RefusedLinks } from './refused-links.ts';

/** Logs an expected refusal at debug level. A full disk is also a warning to the operator. */
export function logRefusal(
  context: DiskWarnings,
  session: Pick<Session, 'log'>,
  request: RequestName,
  { code }: Refusal,
): void {
  if (code === 'disk-full') logFullDisk(context, request);
  session.log.debug({ evt: 'refused', request, code }, 'refused');
}

/** Logs a protocol violation. Violations before login are only counted. */
export function logProtocolError(
  { refused }: { refused: Pick<RefusedLinks, 'count'> },
  session: Pick<Session, 'account' | 'address' | 'log'>,
  { code, message: reason }: ProtocolError,
): void {
  const line = { evt: 'input_validation_fail', code, reason };
  const what = 'the client broke the protocol: its link is cut';
  if (session.account === null) {
    refused.count('rules', addressKey(session.address));
    session.log.debug(line, what);
  } else {
    session.log.warn(line, what);
  }
}

/** Logs a bug in a request handler. Before login it is a warning, at most one a minute. */
export function logCrash(
  { refused }: { refused: Pick<RefusedLinks, 'count'> },
  session: Pick<Session, 'account' | 'address' | 'log'>,
  line: { err: unknown; request: string | null },
): void {
  const what = 'the daemon failed on a request: this session is closed';
  if (session.account !== null) session.log.error({ evt: 'sys_crash', ...line }, what);
  else if (refused.count('failed', addressKey(session.address))) session.log.warn({ evt: 'sys_crash', ...line }, what);
}

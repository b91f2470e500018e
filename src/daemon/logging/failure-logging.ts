import type { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import type { RequestName } from '../../protocol/wire/requests.ts';
import { addressKey } from '../limits/limits.ts';
import type { Session } from '../sessions/session.ts';
import { type DiskWarnings, logFullDisk } from './full-disk-warning.ts';
import type { RefusedLinks } from './refused-links.ts';

/** The log's line about an expected no: of one for a full disk the operator hears. */
export function logRefusal(
  context: DiskWarnings,
  session: Pick<Session, 'log'>,
  request: RequestName,
  { code }: Refusal,
): void {
  if (code === 'disk-full') logFullDisk(context, request);
  session.log.debug({ evt: 'refused', request, code }, 'refused');
}

/** The log's line about broken rules; of strangers it is counted. */
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

/** The log's line about a request that the daemon failed on. A stranger causes a warning, and one a minute. */
export function logCrash(
  { refused }: { refused: Pick<RefusedLinks, 'count'> },
  session: Pick<Session, 'account' | 'address' | 'log'>,
  line: { err: unknown; request: string | null },
): void {
  const what = 'the daemon failed on a request: this session is closed';
  if (session.account !== null) session.log.error({ evt: 'sys_crash', ...line }, what);
  else if (refused.count('failed', addressKey(session.address))) session.log.warn({ evt: 'sys_crash', ...line }, what);
}

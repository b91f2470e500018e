import { Refusal } from '../../protocol/errors.ts';
import type { Session } from '../session.ts';

/** Who asks, by identity: a name that was reset is somebody else. @throws Refusal 'must-renew' */
export function identityOf(session: Session): Uint8Array {
  const idFp = session.account?.idFp;
  if (!idFp) throw new Refusal('must-renew', 'this account has no keys yet: log in with a new password first');
  return idFp;
}

/** Who asks. */

import type { Person } from '../store/store.ts';
import type { Session } from './session.ts';

/** Only for handlers that are allowed `afterLogin`: everyone who may ask those has keys. */
export function personOf(session: Pick<Session, 'account'>): Person {
  const { account } = session;
  if (account?.idFp == null) throw new Error('nobody with keys is logged in on this session');
  return { idFp: account.idFp, name: account.name };
}

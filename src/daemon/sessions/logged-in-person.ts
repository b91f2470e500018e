/** The person who is logged in on a session. */

import type { Person } from '../store/store.ts';
import type { Session } from './session.ts';

/** Only for handlers allowed `afterLogin`: everybody who may call those has keys. */
export function personOf(session: Pick<Session, 'account'>): Person {
  const { account } = session;
  if (account?.idFp == null) throw new Error('nobody with keys is logged in on this session');
  return { idFp: account.idFp, name: account.name };
}

import type { Handler } from '../../context.ts';
import { closeAccount, endClosed } from '../../login/close-account.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/** Closes the account of this session, for good. The session ends after the answer. */
export const accountClose: Handler<'account-close'> = async (context, session) => {
  await closeAccount(context, session, personOf(session));
  context.clock.after(0, () => endClosed(session));
  return {};
};

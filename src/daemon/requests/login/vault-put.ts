import type { Handler } from '../../context.ts';
import { recordHash as hashOf } from '../../login/login-attempt.ts';
import { vaultStored } from '../../login/session-login.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const vaultPut: Handler<'vault-put'> = async (context, session, { recordHash, version, vault }) => {
  const { idFp } = personOf(session);
  // Read the account again: this session may have changed its password.
  const account = context.accounts.byIdentity(idFp) ?? session.account;
  const current = account === null ? recordHash : hashOf(account.record);
  const { at } = await context.store.putVault({ idFp, recordHash, current, version, bytes: vault });
  vaultStored(context, session, recordHash);
  return { at };
};

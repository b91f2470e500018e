import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';
import { recordHash } from '../../login/login-attempt.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const vaultGet: Handler<'vault-get'> = async ({ store, accounts }, session) => {
  const { idFp } = personOf(session);
  const record = accounts.byIdentity(idFp)?.record;
  const vault = record === undefined ? null : await store.vault({ idFp, recordHash: recordHash(record) });
  if (vault === null) throw new Refusal('needs-vault', 'there is no vault for this password: its keys are elsewhere');
  return { version: vault.version, vault: vault.bytes, at: vault.at };
};

/** Changes of an account for which its person gives the password once more. */
import { H, utf8 } from '../../protocol/base/bytes.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Calls } from '../connection/calls.ts';
import { ClientError } from '../errors.ts';
import type { Account } from '../keys/account-store.ts';
import type { KeySync } from './key-sync.ts';
import type { PasswordLogin } from './login-exchange.ts';
import { type NewRecord, replacePassword } from './register.ts';

/** A second link that is logged in by password; `Authenticator.withPassword` opens and closes it. */
export type PasswordSession = {
  calls: Calls;
  login: PasswordLogin;
  account: Account;
  daemonId: Uint8Array;
  keySync: KeySync;
};

/** Replaces the password. The vault is stored for the new one before it counts, so an interruption in between loses nothing. */
export async function changePassword(
  { calls, account, daemonId, keySync }: Omit<PasswordSession, 'login'>,
  opaque: Opaque,
  password: string,
): Promise<void> {
  const beforeFinish = async ({ record, exportKey }: NewRecord): Promise<void> => {
    if (!account.localKeys) await keySync.putVault(calls, exportKey, H('record', utf8(record)), account);
  };
  await replacePassword(calls, opaque, { password, card: null, daemonId, beforeFinish });
}

/**
 * Closes the account, for good.
 * @throws ClientError 'unreachable' when the link ended before the answer
 */
export async function closeAccount({ calls }: Pick<PasswordSession, 'calls'>): Promise<void> {
  await calls.request('account-close', {}).catch((error: unknown) => {
    if (!(error instanceof ClientError) || error.code !== 'unreachable') throw error;
    throw new ClientError(
      'unreachable',
      'the connection was lost before the answer, so the account may be closed; the next login shows whether it is',
    );
  });
}

/** Makes a new encryption key and card at once. The old key stays, for reading. @returns what is stored now */
export function rotateKeys({ calls, login, account, keySync }: PasswordSession): Promise<Account> {
  return keySync.rotate(calls, login, account);
}

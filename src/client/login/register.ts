/** Registers an account, and replaces a password: OPAQUE registration (RFC 9807, section 5). */
import { passwordText } from '../../protocol/base/password.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Calls } from '../connection/calls.ts';
import type { AccountKeys } from '../keys/account-store.ts';

/** A sentence for every place where an account is made. */
export const FORGOTTEN_PASSWORD =
  'nobody can reset your password: if you forget it and have no export of your keys (securechat keys export), you lose your old messages and your friends see a changed key';

/**
 * Makes the account.
 * @param account.keys called when the name is free. It must store the keys in the profile before it resolves: if the last answer is
 *   lost, the account may exist, and the next login needs them
 * @throws Refusal 'name-taken', 'name-look-alike', 'bad-name', 'registration-closed', 'bad-invite'
 */
export async function registerAccount(
  calls: Calls,
  opaque: Opaque,
  account: {
    name: string;
    password: string;
    invite: string | null;
    localKeys: boolean;
    keys: () => Promise<AccountKeys>;
    daemonId: Uint8Array;
  },
): Promise<void> {
  const { name, invite, localKeys, daemonId } = account;
  const password = passwordText(account.password);
  const begun = await opaque.clientRegister(password);
  const answer = await calls.request('register-start', { name, message: begun.message, invite });
  const { record } = await opaque.clientRegisterFinish(password, begun.state, answer.message, daemonId);
  const [newest] = (await account.keys()).keys;
  if (newest === undefined) throw new Error('an account has at least one key');
  await calls.request('register-finish', { record, card: newest.card, localKeys });
}

/**
 * Replaces the password of the account that `calls` is logged in to by password.
 * @param account.card the first card of a legacy account, which has no keys yet; else null
 * @param account.beforeFinish called before the new password counts, to store the vault for it
 * @returns the new OPAQUE record, and the export key for the vault
 */
export async function replacePassword(
  calls: Calls,
  opaque: Opaque,
  account: {
    password: string;
    card: Uint8Array | null;
    daemonId: Uint8Array;
    beforeFinish?: (made: NewRecord) => Promise<void>;
  },
): Promise<NewRecord> {
  const password = passwordText(account.password);
  const begun = await opaque.clientRegister(password);
  const answer = await calls.request('record-start', { message: begun.message });
  const made = await opaque.clientRegisterFinish(password, begun.state, answer.message, account.daemonId);
  await account.beforeFinish?.(made);
  await calls.request('record-finish', { record: made.record, card: account.card });
  return made;
}

export type NewRecord = { record: string; exportKey: Uint8Array };

/** Replaces a password that its person forgot, with an export. */

import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { H, utf8 } from '../../protocol/base/bytes.ts';
import type { ImportedExport, ImportOptions } from '../export-types.ts';
import type { Account } from '../keys/account-store.ts';
import type { Platform } from '../login/prepare-login.ts';
import { replacePassword } from '../login/register.ts';
import type { Profile } from '../profile/profile.ts';
import { type ImportSession, importInSession } from './import-session.ts';
import { confirmImport, renewedSinceDoubt } from './restored-account.ts';

/**
 * Restores the export into the profile, then stores the keys in a vault for the new password, then the password. If the account has
 * a newer key than the export, which the forgotten password kept, it gets another new one; a device that has that key adds it to the
 * vault at its next login by password.
 * @throws ClientError as importKeys; 'usage' when the password cannot be typed
 */
export function replaceForgottenPassword(
  profile: Profile,
  contents: ExportContents,
  password: string,
  options: ImportOptions,
  platform?: Partial<Platform>,
): Promise<ImportedExport> {
  const steps = {
    async makesNewKey({ localKeys }: Account) {
      if (localKeys) await confirmImport(options.ask, renewedSinceDoubt(contents));
      return true;
    },
    finish: (session: ImportSession) => storeUnder(password, session),
  };
  return importInSession(profile, contents, options, steps, platform);
}

/** Stores the vault before the password counts: an interruption in between loses nothing. */
async function storeUnder(password: string, { prepared, login, account }: ImportSession): Promise<Account> {
  const { calls, daemonId, welcome } = login;
  const { authenticator, opaque } = prepared;
  const version = Math.max(account.vaultVersion, welcome.vault?.version ?? 0) + 1;
  const next = account.localKeys ? account : { ...account, vaultVersion: version, vaultStored: version };
  await replacePassword(calls, opaque(), {
    password,
    card: null,
    daemonId,
    async beforeFinish({ record, exportKey }) {
      if (next.localKeys) return;
      await authenticator.keySync(daemonId).storeVault(calls, exportKey, H('record', utf8(record)), next);
    },
  });
  return next;
}

/** Restores an export into a profile, which then logs in by itself as a device of its own. */
import { systemClock } from '../../platform/clock.ts';
import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { equal } from '../../protocol/base/bytes.ts';
import type { ImportedExport, ImportOptions } from '../export-types.ts';
import { type Account, AccountStore } from '../keys/account-store.ts';
import type { Platform } from '../login/prepare-login.ts';
import type { Profile } from '../profile/profile.ts';
import { KnownDaemons } from '../trust/known-daemons.ts';
import { importInSession } from './import-session.ts';
import {
  addressOf,
  confirmImport,
  imported,
  mergedAccount,
  otherServerError,
  renewedSinceDoubt,
  restoreInto,
} from './restored-account.ts';

/** @throws as importInSession */
export function importKeys(
  profile: Profile,
  contents: ExportContents,
  options: ImportOptions,
  platform?: Partial<Platform>,
): Promise<ImportedExport> {
  const steps = {
    // A vault brings the newest key at the next login by password. Without one, only the other machine has it.
    async makesNewKey({ localKeys }: { localKeys: boolean }) {
      if (localKeys) await confirmImport(options.ask, renewedSinceDoubt(contents));
      return localKeys;
    },
    finish: async ({ account }: { account: Account }) => account,
  };
  return importInSession(profile, contents, options, steps, platform);
}

/** Restores keys and pinned people without the daemon; the next login needs the password. @throws ClientError as importKeys */
export async function importKeysOnly(
  profile: Profile,
  contents: ExportContents,
  options: ImportOptions,
): Promise<ImportedExport> {
  const address = addressOf(contents, options);
  const { fingerprint } = contents.daemon;
  const store = new AccountStore(profile, systemClock);
  const known = new KnownDaemons(profile.db, systemClock);
  const pinned = await known.at(address);
  if (pinned !== null && !equal(pinned.fingerprint, fingerprint)) throw otherServerError(address);
  const local = await store.load(fingerprint, contents.name);
  const account = await mergedAccount(contents, local, options);
  await known.remember(address, fingerprint);
  await restoreInto({ profile, store, known }, contents, { account, local });
  return imported(contents, address, null, false);
}

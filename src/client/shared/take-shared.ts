import { accountKey } from '../login/client-context.ts';
import type { SignedIn } from '../login/sign-in.ts';
import { SharedPins } from '../trust/shared-pins.ts';
import { DecisionRows } from './decision-rows.ts';
import { SharedSwitches } from './shared-switches.ts';
import { SharedSync } from './shared-sync.ts';

/**
 * Takes what other devices of the account decided, for programs that start no whole client. Never throws: an error is a notice.
 * @param notice called with each sentence for the person
 */
export async function takeShared(signedIn: SignedIn, notice: (text: string) => void): Promise<void> {
  const { connection, profile, keyring, clock, daemon } = signedIn;
  const account = accountKey(daemon.daemonId, keyring.me.idFp);
  const context = { connection, profile, keyring, clock, daemonId: daemon.daemonId, account };
  const pins = new SharedPins(profile.db, daemon.fingerprint);
  const rows = new DecisionRows(pins, new SharedSwitches(profile, account), keyring.me.name);
  const sync = new SharedSync(context, rows, notice, () => {});
  await sync.take().catch((error: unknown) => notice(error instanceof Error ? error.message : String(error)));
}

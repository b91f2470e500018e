/** What an export becomes in a profile: its account, beside the one that may be there, and what is stored. */

import { utcDay } from '../../platform/clock.ts';
import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Doubt } from '../connect-types.ts';
import { type Address, addressText } from '../connection/dial.ts';
import { parseServer } from '../connection/server-address.ts';
import { ClientError } from '../errors.ts';
import type { ImportedExport, ImportOptions } from '../export-types.ts';
import type { Account } from '../keys/account-store.ts';
import { mergeKeys } from '../keys/merge-keys.ts';
import { currentCard } from '../keys/my-keys.ts';
import type { PreparedLogin } from '../login/prepare-login.ts';
import { restorePins } from '../trust/restored-pins.ts';

/** Stores keys, pinned people and the daemon, which needs no password to be trusted: the export comes from a profile that trusted it. */
export async function restoreInto(
  { profile, store, known }: Pick<PreparedLogin, 'profile' | 'store' | 'known'>,
  { daemon, name, people }: ExportContents,
  { account, local }: { account: Account; local: Account | null },
): Promise<void> {
  await known.confirm(daemon.fingerprint, daemon.daemonId);
  if (local === null) await store.replace(daemon.fingerprint, name, account);
  else await store.save(daemon.fingerprint, name, account);
  await restorePins(profile.db, daemon.fingerprint, people);
}

/** The account of an export in a profile that does not have it. */
export function accountOf({ keys, localKeys }: ExportContents): Account {
  const { version, ...mine } = keys;
  return { keys: mine, vaultVersion: version, vaultStored: version, localKeys };
}

/** The account with the keys of the export and those that this profile has. @throws ClientError 'refused' */
export async function mergedAccount(
  contents: ExportContents,
  local: Account | null,
  { ask }: ImportOptions,
): Promise<Account> {
  const { name, madeAt } = contents;
  const exported = accountOf(contents);
  if (local === null) return exported;
  if (!equal(currentCard(local.keys).idFp, contents.idFp))
    throw new ClientError(
      'refused',
      `this profile has another identity of ${name} at this server than the export; import it into another --profile`,
    );
  const keys = mergeKeys(local.keys, exported.keys);
  if (keys === null)
    throw new ClientError(
      'refused',
      `this profile and the export have different keys of ${name} with one number; import it into another --profile`,
    );
  const isOlder = currentCard(exported.keys).cardSeq < currentCard(local.keys).cardSeq;
  if (isOlder && keys.keys.length === local.keys.keys.length)
    await confirmImport(ask, {
      kind: 'older-export',
      name,
      statement: `the export of ${utcDay(madeAt)} is older than this profile, and nothing would be gained: the profile has every key of it`,
      question: 'Import it all the same?',
    });
  return {
    keys,
    vaultVersion: Math.max(local.vaultVersion, exported.vaultVersion),
    vaultStored: Math.max(local.vaultStored, exported.vaultStored),
    localKeys: local.localKeys,
  };
}

/** Asks the person. @throws ClientError 'refused' unless the person agrees */
export async function confirmImport(ask: ImportOptions['ask'], doubt: Doubt): Promise<void> {
  if ((await ask.confirm?.(doubt)) !== true)
    throw new ClientError('refused', `${doubt.statement}; nothing was changed: run it in a terminal to answer`);
}

/** The question before a new key takes the place of one that only another machine has. */
export function renewedSinceDoubt({ name, madeAt }: ExportContents): Doubt {
  return {
    kind: 'renewed-since',
    name,
    statement: `the keys of ${name} were renewed after this export of ${utcDay(madeAt)}, and only the machine that did it has the newest key`,
    question: 'Make another new key here, and give up what only that machine can open?',
  };
}

/** The server's address as the person gives it, else as the export has it. @throws ClientError 'refused' for another server or account */
export function addressOf(contents: ExportContents, { server, user }: ImportOptions): Address {
  const { name, daemon } = contents;
  if (user !== undefined && user !== name)
    throw new ClientError(
      'refused',
      `this export is of ${name}, not of ${user}; leave out --user, or choose another export`,
    );
  const { address, fingerprint } = parseServer(server ?? daemon.address);
  if (fingerprint !== null && !equal(fingerprint, daemon.fingerprint)) throw otherServerError(address);
  return address;
}

export function otherServerError(address: Address): ClientError {
  return new ClientError(
    'refused',
    `this export is of another server than the one at ${addressText(address)}; leave out --server, or choose another export`,
  );
}

export function imported(
  { name, idFp, madeAt, people }: ExportContents,
  address: Address,
  device: number | null,
  renewedSince: boolean,
): ImportedExport {
  return {
    name,
    fingerprint: hex(idFp),
    server: addressText(address),
    madeAt,
    device,
    people: people.length,
    renewedSince,
  };
}

/** Restores an export into a profile, in a session of the export's ticket. */

import type { ExportContents } from '../../protocol/account/export-contents.ts';
import { joinLink } from '../../protocol/link/daemon-identity.ts';
import type { Calls } from '../connection/calls.ts';
import { type Address, addressText } from '../connection/dial.ts';
import { ClientError } from '../errors.ts';
import type { ImportedExport, ImportOptions } from '../export-types.ts';
import type { Account } from '../keys/account-store.ts';
import { renewKeys } from '../keys/my-keys.ts';
import { pinDevice } from '../login/pin-device.ts';
import { type Platform, type PreparedLogin, prepareLogin } from '../login/prepare-login.ts';
import type { Profile } from '../profile/profile.ts';
import type { SeenDevices } from '../trust/seen-devices.ts';
import { type ExportLogin, logInByExport } from './export-login.ts';
import { addressOf, imported, mergedAccount, otherServerError, restoreInto } from './restored-account.ts';

/** `account`: with the keys that the profile is to have in the end. */
export type ImportSession = { prepared: PreparedLogin; login: ExportLogin; account: Account };

export type ImportSteps = {
  /** Whether to make a new key, when the account has a newer one than the export. @throws to give up */
  makesNewKey(account: Account): Promise<boolean>;
  /** Runs when the profile is restored, and before a new key is stored or published. @returns the account to store */
  finish(session: ImportSession): Promise<Account>;
};

/**
 * Restores keys and pinned people, and gets a ticket for this profile. Stores nothing before the daemon has given the ticket.
 * @throws ClientError 'refused' for the export of another server or account than asked for, or beside another identity of this name;
 *   or when the person does not agree; 'login-refused' when the export was ended; 'unreachable', 'key-changed', 'disk-full'
 */
export async function importInSession(
  profile: Profile,
  contents: ExportContents,
  options: ImportOptions,
  steps: ImportSteps,
  platform?: Partial<Platform>,
): Promise<ImportedExport> {
  const { name, daemon } = contents;
  const { fingerprint } = daemon;
  const address = addressOf(contents, options);
  const server = joinLink(address.host, address.port, fingerprint);
  const prepared = await prepareLogin({ ...options, server, user: name }, platform, profile).catch((error: unknown) => {
    throw otherKeyError(error, address, options);
  });
  try {
    const { store, seen, device, deviceName, rsa, clock } = prepared;
    const local = await store.load(fingerprint, name);
    const login = await logInByExport(prepared, contents, await mergedAccount(contents, local, options));
    const { calls, renewedSince } = login;
    const makesKey = renewedSince !== null && (await steps.makesNewKey(login.account));
    const keys = makesKey ? await renewKeys(rsa, clock, login.account.keys, true, renewedSince) : login.account.keys;
    const isComplete = renewedSince === null || makesKey;
    const { devices } = await calls.request('sessions', {});
    const held = await store.ticket(fingerprint, name, device);
    const isDevice = held !== null && devices.some((one) => one.device === device);
    // Without the newest key, a login by key would be refused. A ticket that works is kept: storing another one may fail.
    const ticket = isComplete && !isDevice ? await newTicket(calls, seen, device, deviceName) : null;
    await restoreInto(prepared, contents, { account: login.account, local });
    if (ticket !== null) await store.saveTicket(fingerprint, name, device, { secret: ticket, deviceName });
    const account = await steps.finish({ prepared, login, account: { ...login.account, keys } });
    const stored = await store.save(fingerprint, name, account);
    const [newest] = stored.keys.keys;
    if (makesKey && newest !== undefined) await calls.request('card-put', { card: newest.card });
    await calls.link.close();
    return imported(contents, address, isComplete ? device : null, !isComplete);
  } finally {
    await prepared.close();
  }
}

/** Adds this profile to the devices of the account. */
async function newTicket(calls: Calls, seen: SeenDevices, device: number, name: string): Promise<Uint8Array> {
  await seen.addOwn(device);
  const { ticket } = await calls.request('ticket', { device, name, kind: 'device' });
  await pinDevice(calls, seen, device);
  return ticket;
}

/** Returns the error for the person when the server at `address` is not the one of the export; other errors as they are. */
function otherKeyError(error: unknown, address: Address, { server }: ImportOptions): unknown {
  if (!(error instanceof ClientError) || !['untrusted', 'key-changed'].includes(error.code)) return error;
  if (server !== undefined) return otherServerError(address);
  return new ClientError(
    'key-changed',
    `the server at ${addressText(address)} shows another key than the one of the export; if the server has moved, say where to with --server`,
  );
}

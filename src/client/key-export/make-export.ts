/** Makes an export: a ticket of its own from the daemon, and a file with it, the keys and the pinned people. */

import { utcDay } from '../../platform/clock.ts';
import {
  type ExportContents,
  encodeExportContents,
  MAX_EXPORT_PEOPLE,
} from '../../protocol/account/export-contents.ts';
import { sealKeyExport } from '../../protocol/account/key-export.ts';
import { WORDS_ENTROPY_BYTES, wordsOf } from '../../protocol/account/recovery-words.ts';
import { MAX_VAULT_KEYS } from '../../protocol/account/vault.ts';
import { utf8 } from '../../protocol/base/bytes.ts';
import { MAX_DEVICE_NAME } from '../../protocol/base/safe-text.ts';
import type { ExportRequest, MadeExport } from '../export-types.ts';
import { currentCard } from '../keys/my-keys.ts';
import type { PasswordSession } from '../login/account-changes.ts';
import { pinDevice } from '../login/pin-device.ts';
import type { SignedIn } from '../login/sign-in.ts';
import { SealedRows } from '../profile/sealed-rows.ts';
import { pinsToExport } from '../trust/restored-pins.ts';
import { SeenDevices } from '../trust/seen-devices.ts';
import { NewPrivateFile } from './export-file.ts';

/**
 * Writes an export to a new file (0600), and adds it to the account's devices.
 * @throws ClientError 'login-refused' for a wrong password, 'usage' when a file exists or cannot be made, 'disk-full', 'unreachable';
 *   Refusal 'quota' when there are too many exports
 */
export async function makeExport(signedIn: SignedIn, request: ExportRequest): Promise<MadeExport> {
  const { authenticator, profile } = signedIn;
  const files: NewPrivateFile[] = [];
  const open = async (path: string): Promise<NewPrivateFile> => {
    const file = await NewPrivateFile.open(signedIn.fs, path);
    files.push(file);
    return file;
  };
  const wordsFile = request.wordsFile ?? null;
  const entropy = request.words ? profile.random(WORDS_ENTROPY_BYTES) : null;
  const words = entropy === null ? null : wordsOf(entropy);
  try {
    // Before the login, so that a file that cannot be made costs nothing.
    const file = await open(request.path);
    const forWords = wordsFile === null ? null : await open(wordsFile);
    return await authenticator.withPassword(request.password, async (session) => {
      const about = await newTicket(signedIn, session);
      try {
        const contents = await contentsOf(signedIn, session, about);
        const secrets = { passphrase: request.passphrase, entropy };
        const sealed = await sealKeyExport(encodeExportContents(contents), secrets, profile.random);
        await forWords?.finish(utf8(`${words}\n`));
        request.signal?.throwIfAborted();
        await file.finish(sealed);
        return {
          path: request.path,
          words: forWords === null ? words : null,
          wordsFile,
          device: about.device,
          deviceName: about.name,
          people: contents.people.length,
          localKeys: contents.localKeys,
        };
      } catch (error) {
        // An export that does not exist must not stay in the list of devices.
        await session.calls.request('device-end', { device: about.device }).catch(() => {});
        throw error;
      }
    });
  } catch (error) {
    for (const file of files) await file.remove();
    throw error;
  }
}

/** Adds the export to the devices of the account, under a number that none of them has. */
async function newTicket(
  { profile, clock, deviceName, daemon, name: user }: SignedIn,
  { calls }: PasswordSession,
): Promise<{ device: number; name: string; ticket: Uint8Array; madeAt: number }> {
  const madeAt = clock.now();
  const { devices } = await calls.request('sessions', {});
  let device = 0;
  while (device === 0 || devices.some((known) => known.device === device))
    device = Buffer.from(profile.random(4)).readUInt32BE();
  const where = deviceName === '' ? '' : ` on ${deviceName}`;
  const name = `export of ${utcDay(madeAt)}${where}`.slice(0, MAX_DEVICE_NAME).toWellFormed();
  // Before the daemon says that there is a new device.
  const seen = new SeenDevices(new SealedRows(profile), daemon.fingerprint, user);
  await seen.addOwn(device);
  const { ticket } = await calls.request('ticket', { device, name, kind: 'export' });
  await pinDevice(calls, seen, device);
  return { device, name, ticket, madeAt };
}

async function contentsOf(
  { profile, daemon, name }: SignedIn,
  { account }: PasswordSession,
  { device, ticket, madeAt }: { device: number; ticket: Uint8Array; madeAt: number },
): Promise<ExportContents> {
  const { identity, keys } = account.keys;
  const people = await pinsToExport(profile.db, daemon.fingerprint, name);
  return {
    madeAt,
    daemon: { address: daemon.address, fingerprint: daemon.fingerprint, daemonId: daemon.daemonId },
    name,
    idFp: currentCard(account.keys).idFp,
    device,
    ticket,
    localKeys: account.localKeys,
    keys: { version: account.vaultVersion, identity, keys: keys.slice(0, MAX_VAULT_KEYS) },
    people: people.slice(0, MAX_EXPORT_PEOPLE),
  };
}

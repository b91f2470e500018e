/** What every login needs before it: the open profile, a daemon whose key is trusted, a device, and an authenticator. */
import * as nodeFs from 'node:fs/promises';
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { hostName } from '../../platform/host-name.ts';
import { type Random, systemRandom } from '../../platform/random.ts';
import { type Opaque, opaquePool } from '../../protocol/crypto/opaque.ts';
import { type Rsa, rsaPool } from '../../protocol/crypto/rsa-pool.ts';
import { missingMlKem } from '../../protocol/crypto/xwing.ts';
import type { ConnectOptions } from '../connect-types.ts';
import { type Address, readFingerprint } from '../connection/dial.ts';
import { parseServer } from '../connection/server-address.ts';
import { ClientError } from '../errors.ts';
import { AccountStore } from '../keys/account-store.ts';
import type { DeviceLease } from '../profile/device-lock.ts';
import { DEFAULT_SERVER } from '../profile/global-options.ts';
import { profileFolder } from '../profile/paths.ts';
import { Profile } from '../profile/profile.ts';
import { SealedRows } from '../profile/sealed-rows.ts';
import { expectedFingerprint, KnownDaemons } from '../trust/known-daemons.ts';
import { SeenDevices } from '../trust/seen-devices.ts';
import { Authenticator } from './authenticator.ts';
import { deviceNameOf } from './device-name.ts';

export const DEFAULT_TIMEOUT_MS = 10_000;
const RSA_QUEUE = 10_000;
const OPAQUE_QUEUE = 10;

export type Platform = { fs: FileSystem; clock: Clock; random: Random; rsa: Rsa; opaque: Opaque };

export type PreparedLogin = Omit<Platform, 'opaque'> & {
  readonly profile: Profile;
  readonly known: KnownDaemons;
  readonly seen: SeenDevices;
  readonly store: AccountStore;
  readonly authenticator: Authenticator;
  /** Started at the first call: a login by key needs no OPAQUE. */
  readonly opaque: () => Opaque;
  readonly address: Address;
  readonly fingerprint: Uint8Array;
  /** The device that logs in: its ticket, if it has one, is in the profile. */
  readonly device: number;
  readonly deviceName: string;
  /** The device that this process writes as; held until `close`. */
  readonly lease: DeviceLease;
  /** Has `close` call `action`, before what was opened earlier is closed. */
  onClose(action: () => Promise<void>): void;
  close(): Promise<void>;
};

/**
 * Opens the profile and asks the daemon for its key. Nobody is logged in then.
 * @param platform replaces parts of the system in tests
 * @param opened the profile, if it is open already: `close` leaves it open
 * @throws ClientError 'usage', 'unreachable', 'not-a-daemon', 'untrusted', 'key-changed', 'refused' as `connect`
 */
export async function prepareLogin(
  options: ConnectOptions,
  platform: Partial<Platform> = {},
  opened: Profile | null = null,
): Promise<PreparedLogin> {
  const missing = missingMlKem();
  if (missing !== null) throw new ClientError('refused', missing);
  const { address, fingerprint: linkFingerprint } = parseServer(options.server ?? DEFAULT_SERVER);
  // Checked before anything is opened.
  const newName = deviceNameOf(options.deviceName, hostName());
  const { fs = nodeFs, clock = systemClock, random = systemRandom } = platform;
  const { ask } = options;
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const action of ends.splice(0).reverse()) await action();
  };
  try {
    const passphrase = async (isAgain: boolean): Promise<string | null> => (await ask.passphrase?.(isAgain)) ?? null;
    const profile = opened ?? (await Profile.open(profileFolder(options.profile), fs, random, { passphrase }));
    if (opened === null) ends.push(() => profile.close());
    const rsa = platform.rsa ?? rsaPool({ threads: 1, maxQueue: RSA_QUEUE });
    if (platform.rsa === undefined) ends.push(() => rsa.close());
    let pool: Opaque | null = null;
    const opaque = (): Opaque => {
      if (platform.opaque !== undefined) return platform.opaque;
      pool ??= opaquePool({ threads: 1, maxQueue: OPAQUE_QUEUE });
      return pool;
    };
    ends.push(async () => pool?.close());

    const known = new KnownDaemons(profile.db, clock);
    const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
    ask.progress('connect');
    const fingerprint = await expectedFingerprint(
      known,
      address,
      linkFingerprint,
      () => readFingerprint({ address, timeoutMs, clock }),
      (daemon) => ask.trust(daemon),
    );
    const store = new AccountStore(profile, clock);
    const ticketed = await store.devicesWithTicket(fingerprint, options.user);
    const lease = await profile.devices.lease(ticketed);
    ends.push(async () => lease.release());
    // All processes of the profile may use its tickets: a second one writes as another device, but needs no password.
    const device = ticketed.includes(lease.device) ? lease.device : (ticketed[0] ?? lease.device);
    const named = await store.ticket(fingerprint, options.user, device);
    const deviceName = options.deviceName === undefined ? (named?.deviceName ?? newName) : newName;
    const seen = new SeenDevices(new SealedRows(profile), fingerprint, options.user);
    const authenticator = new Authenticator({
      address,
      fingerprint,
      timeoutMs,
      name: options.user,
      device,
      deviceName,
      known,
      seen,
      store,
      rsa,
      opaque,
      clock,
      random,
      ask,
    });
    return {
      fs,
      clock,
      random,
      rsa,
      profile,
      known,
      seen,
      store,
      authenticator,
      opaque,
      address,
      fingerprint,
      device,
      deviceName,
      lease,
      onClose: (action) => ends.push(action),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

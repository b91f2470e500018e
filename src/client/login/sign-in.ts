/**
 * Folder `login`: everything from a password or a ticket to an account that is logged in; it knows no conversations. Opens
 * the profile, trusts the daemon, connects, logs in and keeps the keys; client.ts builds the conversations on this.
 */
import * as nodeFs from 'node:fs/promises';
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { hostName } from '../../platform/host-name.ts';
import { type Random, systemRandom } from '../../platform/random.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { type Opaque, opaquePool } from '../../protocol/crypto/opaque.ts';
import { type Rsa, rsaPool } from '../../protocol/crypto/rsa-pool.ts';
import { parseAddress } from '../../protocol/link/daemon-identity.ts';
import { Connection } from '../connection/connection.ts';
import { type Address, addressText, readFingerprint } from '../connection/dial.ts';
import { keepAlive } from '../connection/keep-alive.ts';
import { ClientError } from '../errors.ts';
import { AccountStore } from '../keys/account-store.ts';
import { EphemeralKeys } from '../keys/ephemeral-keys.ts';
import { Keyring } from '../keys/keyring.ts';
import type { DeviceLease } from '../profile/device-lock.ts';
import { DEFAULT_SERVER } from '../profile/global-options.ts';
import { lastAccount } from '../profile/last-account.ts';
import { profileFolder } from '../profile/paths.ts';
import { Profile } from '../profile/profile.ts';
import { expectedFingerprint, KnownDaemons } from '../trust/known-daemons.ts';
import type { ConnectOptions } from '../types.ts';
import { Authenticator } from './authenticator.ts';
import { deviceNameOf } from './device-name.ts';

export const DEFAULT_TIMEOUT_MS = 10_000;
const RSA_QUEUE = 10_000;
const OPAQUE_QUEUE = 10;

export type Platform = { fs: FileSystem; clock: Clock; random: Random; rsa: Rsa; opaque: Opaque };

/** An account that is logged in: everything that client.ts needs. */
export type SignedIn = Omit<Platform, 'opaque'> & {
  readonly name: string;
  readonly profile: Profile;
  readonly connection: Connection;
  readonly keyring: Keyring;
  /** The number by which the daemon knows this device: `device-end` signs it out. */
  readonly device: number;
  /** The device that this process writes as; held until `close`. */
  readonly lease: DeviceLease;
  readonly daemon: { address: string; fingerprint: Uint8Array; daemonId: Uint8Array; signSpki: Uint8Array };
  /** @throws ClientError 'login-refused' when `oldPassword` is wrong */
  passwd(oldPassword: string, newPassword: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * Logs in, or registers and logs in.
 * @param platform replaces parts of the system in tests
 * @throws ClientError, Refusal as `connect`
 */
export async function signIn(options: ConnectOptions, platform: Partial<Platform> = {}): Promise<SignedIn> {
  const { address, fingerprint: linkFingerprint } = parseServer(options.server ?? DEFAULT_SERVER);
  const deviceName = deviceNameOf(options.deviceName, hostName());
  const { fs = nodeFs, clock = systemClock, random = systemRandom } = platform;
  const opened: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const profile = await Profile.open(profileFolder(options.profile), fs, random);
    opened.push(() => profile.close());
    const rsa = platform.rsa ?? rsaPool({ threads: 1, maxQueue: RSA_QUEUE });
    if (platform.rsa === undefined) opened.push(() => rsa.close());
    let pool: Opaque | null = null;
    const opaque = (): Opaque => {
      pool ??= opaquePool({ threads: 1, maxQueue: OPAQUE_QUEUE });
      return pool;
    };
    opened.push(async () => pool?.close());
    const ephemerals = new EphemeralKeys(profile, rsa);
    ephemerals.prepare();
    opened.push(() => ephemerals.spareMade());

    const known = new KnownDaemons(profile.db, clock);
    const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
    const ask = options.ask;
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
    opened.push(async () => lease.release());
    // All processes of the profile may use its tickets: a second one writes as another device, but needs no password.
    const device = ticketed.includes(lease.device) ? lease.device : (ticketed[0] ?? lease.device);
    const authenticator = new Authenticator({
      address,
      fingerprint,
      timeoutMs,
      name: options.user,
      device,
      deviceName,
      known,
      store,
      ephemerals,
      rsa,
      opaque: () => platform.opaque ?? opaque(),
      clock,
      random,
      ask,
    });
    const first = options.register
      ? await authenticator.register(options.password ?? null, options.register)
      : await authenticator.logIn(options.password ?? null);
    performance.mark('securechat:online');
    opened.push(() => first.calls.link.close());
    let keyring: Keyring | null = null;
    const connection = new Connection({
      first,
      async reconnect(signal) {
        const next = await authenticator.logInAgain(signal);
        keyring?.replace(next.account.keys);
        return next;
      },
      clock,
      random,
    });
    opened.pop();
    opened.push(() => connection.close());
    const releaseProcess = keepAlive(connection);
    opened.push(async () => releaseProcess());
    const { daemonId, signSpki } = first;
    keyring = new Keyring({ connection, db: profile.db, clock, daemon: fingerprint, keys: first.account.keys });
    return {
      fs,
      clock,
      random,
      rsa,
      name: first.welcome.name,
      profile,
      connection,
      keyring,
      device,
      lease,
      daemon: { address: addressText(address), fingerprint, daemonId, signSpki },
      passwd: (oldPassword, newPassword) => authenticator.changePassword(oldPassword, newPassword),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Parses `host:port` or a join link; the fingerprint is null without a link. @throws ClientError 'usage' for anything else */
export function parseServer(server: string): { address: Address; fingerprint: Uint8Array | null } {
  try {
    const { host, port, fingerprint } = parseAddress(server);
    return { address: { host: host.toLowerCase(), port }, fingerprint };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ClientError('usage', `"${server}": ${error.message}`);
  }
}

/** Forgets the pinned key of an address. @returns false if there was none @throws ClientError 'usage' */
export async function forgetAddress(server: string, profileOption?: string): Promise<boolean> {
  const { address } = parseServer(server);
  const profile = await Profile.open(profileFolder(profileOption), nodeFs, systemRandom);
  try {
    return await new KnownDaemons(profile.db, systemClock).forget(address);
  } finally {
    await profile.close();
  }
}

/**
 * Returns the server and the name of the last login, for options that the person left out: of `user` if it is given, at `server` if it
 * is given. Empty if the profile knows none. @throws ClientError 'usage' for a malformed `server`
 */
export async function lastLogin(options: {
  server?: string | undefined;
  user?: string | undefined;
  profile?: string | undefined;
}): Promise<{ server?: string; user?: string }> {
  const { server, user } = options;
  const asked = server === undefined ? null : parseServer(server);
  const profile = await Profile.open(profileFolder(options.profile), nodeFs, systemRandom);
  try {
    const accounts = new AccountStore(profile, systemClock);
    if (asked === null) return (await lastAccount(profile.db, user)) ?? {};
    const known = new KnownDaemons(profile.db, systemClock);
    const daemon = asked.fingerprint ?? (await known.at(asked.address))?.fingerprint;
    const [name] = daemon === undefined ? [] : await accounts.names(daemon);
    return name === undefined ? {} : { user: name };
  } finally {
    await profile.close();
  }
}

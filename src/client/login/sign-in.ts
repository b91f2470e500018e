/**
 * Folder `login`: everything from a password or a ticket to an account that is logged in; it knows no conversations. From
 * options to a client that is logged in: profile, trust, link, login, keys. client.ts builds the conversations on it.
 */
import * as nodeFs from 'node:fs/promises';
import { type Clock, systemClock } from '../../platform/clock.ts';
import type { FileSystem } from '../../platform/file-system.ts';
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

export const DEFAULT_TIMEOUT_MS = 10_000;
const RSA_QUEUE = 10_000;
const OPAQUE_QUEUE = 10;

export type Platform = { fs: FileSystem; clock: Clock; random: Random; rsa: Rsa; opaque: Opaque };

/** A person at a daemon: what everything above the connection is given. */
export type SignedIn = Omit<Platform, 'opaque'> & {
  readonly name: string;
  readonly profile: Profile;
  readonly connection: Connection;
  readonly keyring: Keyring;
  /** What the daemon knows this profile by: whom it ends with `device-end`. */
  readonly device: number;
  /** Held until close: the device whose seqs this process writes. */
  readonly lease: DeviceLease;
  readonly daemon: { address: string; fingerprint: Uint8Array; daemonId: Uint8Array; signSpki: Uint8Array };
  /** @throws ClientError 'login-refused' when `oldPassword` is wrong */
  passwd(oldPassword: string, newPassword: string): Promise<void>;
  close(): Promise<void>;
};

/** Logs in, or registers and logs in. @throws ClientError, Refusal */
export async function signIn(options: ConnectOptions, seams: Partial<Platform> = {}): Promise<SignedIn> {
  const { address, fingerprint: linked } = parseServer(options.server ?? DEFAULT_SERVER);
  const { fs = nodeFs, clock = systemClock, random = systemRandom } = seams;
  const opened: (() => Promise<void>)[] = [];
  const closing = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const profile = await Profile.open(profileFolder(options.profile), fs, random);
    opened.push(() => profile.close());
    const rsa = seams.rsa ?? rsaPool({ threads: 1, maxQueue: RSA_QUEUE });
    if (seams.rsa === undefined) opened.push(() => rsa.close());
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
      linked,
      () => readFingerprint({ address, timeoutMs, clock }),
      (daemon) => ask.trust(daemon),
    );
    const store = new AccountStore(profile, clock);
    const ticketed = await store.devicesWithTicket(fingerprint, options.user);
    const lease = await profile.devices.lease(ticketed);
    opened.push(async () => lease.release());
    // A ticket is the whole profile's: a second process writes as another device, but needs no password of its own.
    const device = ticketed.includes(lease.device) ? lease.device : (ticketed[0] ?? lease.device);
    const entrance = new Authenticator({
      address,
      fingerprint,
      timeoutMs,
      name: options.user,
      device,
      known,
      store,
      ephemerals,
      rsa,
      opaque: () => seams.opaque ?? opaque(),
      clock,
      random,
      ask,
    });
    const first = options.register
      ? await entrance.register(options.password ?? null, options.register)
      : await entrance.logIn(options.password ?? null);
    performance.mark('securechat:online');
    opened.push(() => first.calls.link.close());
    let keyring: Keyring | null = null;
    const connection = new Connection({
      first,
      async reconnect(signal) {
        const next = await entrance.logInAgain(signal);
        keyring?.replace(next.account.keys);
        return next;
      },
      clock,
      random,
    });
    opened.pop();
    opened.push(() => connection.close());
    const letGo = keepAlive(connection);
    opened.push(async () => letGo());
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
      passwd: (oldPassword, newPassword) => entrance.changePassword(oldPassword, newPassword),
      close: closing,
    };
  } catch (error) {
    await closing();
    throw error;
  }
}

/** @throws ClientError 'usage' for what is neither host:port nor a join link. */
export function parseServer(server: string): { address: Address; fingerprint: Uint8Array | null } {
  try {
    const { host, port, fingerprint } = parseAddress(server);
    return { address: { host: host.toLowerCase(), port }, fingerprint };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ClientError('usage', `"${server}": ${error.message}`);
  }
}

/** Drops what the profile knows about the key at an address. @returns false when nothing was known */
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
 * Where and as whom the profile was last, for what the person did not say: the daemon where it used an account last, that of
 * `user` before others, and the name last used there. Empty where the profile knows nothing.
 */
export async function lastLogin(said: {
  server?: string | undefined;
  user?: string | undefined;
  profile?: string | undefined;
}): Promise<{ server?: string; user?: string }> {
  const { server, user } = said;
  const asked = server === undefined ? null : parseServer(server);
  const profile = await Profile.open(profileFolder(said.profile), nodeFs, systemRandom);
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

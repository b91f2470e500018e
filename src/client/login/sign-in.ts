/**
 * Folder `login`: everything from a password or a ticket to an account that is logged in; it knows no conversations. Opens
 * the profile, trusts the daemon, connects, logs in and keeps the keys; client.ts builds the conversations on this.
 */
import { systemClock } from '../../platform/clock.ts';
import type { ConnectOptions } from '../connect-types.ts';
import { Connection } from '../connection/connection.ts';
import { addressText } from '../connection/dial.ts';
import { keepAlive } from '../connection/keep-alive.ts';
import { parseServer } from '../connection/server-address.ts';
import { AccountStore } from '../keys/account-store.ts';
import { Keyring } from '../keys/keyring.ts';
import type { DeviceLease } from '../profile/device-lock.ts';
import { lastAccount } from '../profile/last-account.ts';
import type { Profile } from '../profile/profile.ts';
import { KnownDaemons } from '../trust/known-daemons.ts';
import { closeAccount } from './account-changes.ts';
import type { Authenticator, LoginResult } from './authenticator.ts';
import { type Platform, type PreparedLogin, prepareLogin } from './prepare-login.ts';

/** An account that is logged in: everything that client.ts needs. */
export type SignedIn = Omit<Platform, 'opaque'> & {
  readonly name: string;
  readonly profile: Profile;
  readonly connection: Connection;
  readonly keyring: Keyring;
  /** The number by which the daemon knows this device: `device-end` logs it out. */
  readonly device: number;
  readonly deviceName: string;
  /** The device that this process writes as; held until `close`. */
  readonly lease: DeviceLease;
  readonly daemon: { address: string; fingerprint: Uint8Array; daemonId: Uint8Array; signSpki: Uint8Array };
  /** For what needs the password once more. */
  readonly authenticator: Authenticator;
  /** Closes the account and the connection, for good. @throws ClientError 'login-refused' when the password is wrong */
  closeAccount(password: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * Logs in, or registers and logs in.
 * @param platform replaces parts of the system in tests
 * @param opened the profile, if it is open already: `close` leaves it open
 * @throws ClientError, Refusal as `connect`
 */
export async function signIn(
  options: ConnectOptions,
  platform: Partial<Platform> = {},
  opened: Profile | null = null,
): Promise<SignedIn> {
  const prepared = await prepareLogin(options, platform, opened);
  const { authenticator } = prepared;
  try {
    const first = options.register
      ? await authenticator.register(options.password ?? null, options.register)
      : await authenticator.logIn(options.password ?? null);
    performance.mark('securechat:online');
    return startSession(prepared, first, (signal) => authenticator.logInAgain(signal));
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

/**
 * Keeps the account logged in.
 * @param reconnect logs in again after a lost link; an abort ends the attempt
 */
export function startSession(
  prepared: PreparedLogin,
  first: LoginResult,
  reconnect: (signal: AbortSignal) => Promise<LoginResult>,
): SignedIn {
  const { fs, clock, random, rsa, profile, fingerprint, address, device, deviceName, lease, authenticator } = prepared;
  const connection = new Connection({
    first,
    async reconnect(signal) {
      const next = await reconnect(signal);
      keyring.replace(next.account.keys);
      return next;
    },
    clock,
    random,
  });
  prepared.onClose(() => connection.close());
  const releaseProcess = keepAlive(connection);
  prepared.onClose(async () => releaseProcess());
  const keyring = new Keyring({
    connection,
    db: profile.db,
    clock,
    daemon: fingerprint,
    device,
    keys: first.account.keys,
    stored: async () => (await prepared.store.load(fingerprint, first.welcome.name))?.keys ?? null,
  });
  const { daemonId, signSpki } = first;
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
    deviceName,
    lease,
    daemon: { address: addressText(address), fingerprint, daemonId, signSpki },
    authenticator,
    async closeAccount(password) {
      await authenticator.withPassword(password, closeAccount);
      await connection.accountClosed();
    },
    close: () => prepared.close(),
  };
}

/** Forgets the pinned key of an address. @returns false if there was none @throws ClientError 'usage' */
export async function forgetAddress(profile: Profile, server: string): Promise<boolean> {
  const { address } = parseServer(server);
  return new KnownDaemons(profile.db, systemClock).forget(address);
}

/**
 * Returns the server and the name of the last login, for options that the person left out: of `user` if it is given, at `server` if it
 * is given. Empty if the profile knows none. @throws ClientError 'usage' for a malformed `server`
 */
export async function lastLogin(
  profile: Profile,
  { server, user }: { server?: string | undefined; user?: string | undefined } = {},
): Promise<{ server?: string; user?: string }> {
  if (server === undefined) return (await lastAccount(profile.db, user)) ?? {};
  const asked = parseServer(server);
  const known = new KnownDaemons(profile.db, systemClock);
  const daemon = asked.fingerprint ?? (await known.at(asked.address))?.fingerprint;
  const [name] = daemon === undefined ? [] : await new AccountStore(profile, systemClock).names(daemon);
  return name === undefined ? {} : { user: name };
}

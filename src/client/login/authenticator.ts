/** Registers and logs in one account at one daemon: by password, by key, and again after a lost link. */
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { VERSION } from '../../platform/version.ts';
import { equal } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { invisibleCharacter } from '../../protocol/base/password.ts';
import { MAX_INVITE } from '../../protocol/base/safe-text.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Welcome } from '../../protocol/wire/login-requests.ts';
import type { Ask } from '../connect-types.ts';
import { Calls } from '../connection/calls.ts';
import { type Address, addressText, dial } from '../connection/dial.ts';
import { startHeartbeat } from '../connection/heartbeat.ts';
import { ClientError } from '../errors.ts';
import type { Account, AccountKeys, AccountStore } from '../keys/account-store.ts';
import { currentCard, makeKeys } from '../keys/my-keys.ts';
import type { KnownDaemons } from '../trust/known-daemons.ts';
import type { SeenDevices } from '../trust/seen-devices.ts';
import { changePassword, type PasswordSession } from './account-changes.ts';
import { confirmDoubt, earlierKeysDoubt } from './account-check.ts';
import { KeySync } from './key-sync.ts';
import { loginByKey, loginByPassword } from './login-exchange.ts';
import { LoginRetry } from './login-retry.ts';
import { pinDevice } from './pin-device.ts';
import { registerAccount } from './register.ts';

export type LoginResult = {
  calls: Calls;
  welcome: Welcome;
  account: Account;
  daemonId: Uint8Array;
  signSpki: Uint8Array;
};

export type AuthenticatorOptions = {
  address: Address;
  fingerprint: Uint8Array;
  timeoutMs: number;
  name: string;
  device: number;
  /** For the person's list of devices. The daemon gets it with each login by password. */
  deviceName: string;
  known: KnownDaemons;
  seen: SeenDevices;
  store: AccountStore;
  rsa: Rsa;
  /** Called when a password is used; a login by key needs no OPAQUE. */
  opaque: () => Opaque;
  clock: Clock;
  random: Random;
  ask: Ask;
};

/** A link before the login. `signSpki`: the daemon's signing key, which the link's fingerprint covers. */
export type OpenLink = { calls: Calls; daemonId: Uint8Array; signSpki: Uint8Array };

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #retry: LoginRetry;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#retry = new LoginRetry(options);
  }

  /**
   * Logs in by `password` if it is given; else by the key of this profile; else by a password that it asks for.
   * @throws ClientError 'login-refused'; 'usage' when a password is needed and nobody can be asked; 'untrusted', 'key-changed'
   */
  async logIn(password: string | null): Promise<LoginResult> {
    if (password !== null) return this.#retryPassword(password);
    try {
      const result = await this.#retry.run(() => this.#logInByKey());
      if (result !== null) return result;
    } catch (error) {
      // The device was logged out, or the keys were renewed on another machine: ask for the password.
      if (!(error instanceof ClientError && error.code === 'login-refused')) throw error;
    }
    return this.#retryPassword(await this.#askPassword());
  }

  /**
   * Logs in by key after a lost link, without asking the person.
   * @param signal an abort ends the link, also after the login
   * @throws ClientError 'login-refused' when the key is no longer enough
   */
  async logInAgain(signal: AbortSignal): Promise<LoginResult> {
    const result = await this.#logInByKey(signal).catch((error: unknown) => {
      if (error instanceof ClientError && error.code === 'login-refused') return null;
      throw error;
    });
    if (result !== null) return result;
    throw new ClientError(
      'login-refused',
      'this device was logged out, or the account was changed or closed; start again and log in with the password',
    );
  }

  /**
   * Makes the account, and logs in by its password.
   * @throws Refusal as registerAccount; ClientError 'usage' for an invite or a password that cannot be used, and as logIn
   */
  async register(given: string | null, options: { invite?: string; localKeys?: boolean }): Promise<LoginResult> {
    const { store, fingerprint, name, ask, rsa, clock, opaque } = this.#options;
    if ((options.invite ?? '').length > MAX_INVITE)
      throw new ClientError('usage', `an invite has at most ${MAX_INVITE} characters; copy it again`);
    const password = given ?? (await this.#askPassword());
    checkVisible(password);
    const localKeys = options.localKeys ?? false;
    // Use the keys of an interrupted attempt, or of an account that was closed, again. A new account begins with card 1.
    const before = await store.load(fingerprint, name);
    const usable = before !== null && currentCard(before.keys).cardSeq === 1 ? before : null;
    ask.progress('keys');
    const made = usable === null ? makeKeys(rsa, clock, name) : Promise.resolve(usable.keys);
    // The registration may be refused before anything awaits the keys.
    made.catch(() => {});
    const keys = async (): Promise<AccountKeys> => {
      if (before !== usable) await confirmDoubt(ask, earlierKeysDoubt(name));
      // The name is free, so the server has no vault.
      const account = { keys: await made, vaultVersion: usable?.vaultVersion ?? 0, vaultStored: 0, localKeys };
      await store.replace(fingerprint, name, account);
      return account.keys;
    };
    const open = await this.onNewLink(async (opened) => {
      const { calls, daemonId } = opened;
      const invite = options.invite ?? null;
      await registerAccount(calls, opaque(), { name, password, invite, localKeys, keys, daemonId });
      return opened;
    });
    return this.#retryPassword(password, open).catch((error: unknown) => {
      throw withAccountMade(name, error);
    });
  }

  /**
   * Opens a link and runs `logIn` on it, again and again while the daemon answers but lets nobody in. When that fails, the link is cut.
   * @throws as `logIn`; ClientError 'unreachable', 'untrusted'
   */
  onNewLink<T>(logIn: (open: OpenLink) => Promise<T>): Promise<T> {
    return this.#retry.run(async () => {
      const open = await this.#openLink();
      try {
        return await logIn(open);
      } catch (error) {
        open.calls.link.destroy();
        throw error;
      }
    });
  }

  /**
   * Runs `work` on a second link that is logged in by password, because the first session may have logged in by key.
   * @throws ClientError 'login-refused' when the password is wrong
   */
  async withPassword<T>(password: string, work: (session: PasswordSession) => Promise<T>): Promise<T> {
    const session = await this.#logInByPassword(password).catch((error: unknown) => {
      // The name is right: this account is logged in.
      if (!(error instanceof ClientError) || error.code !== 'login-refused') throw error;
      throw new ClientError('login-refused', 'the current password is wrong');
    });
    try {
      return await work(session);
    } finally {
      await session.calls.link.close();
    }
  }

  /** @throws ClientError 'login-refused' when `oldPassword` is wrong, 'usage' when `newPassword` cannot be typed */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    checkVisible(newPassword);
    await this.withPassword(oldPassword, (session) => changePassword(session, this.#options.opaque(), newPassword));
  }

  /** @param first the link for the first try; each later try opens its own */
  #retryPassword(password: string, first?: OpenLink): Promise<LoginResult> {
    let unused = first;
    return this.#retry.run(() => {
      const link = unused;
      unused = undefined;
      return this.#logInByPassword(password, link);
    });
  }

  async #logInByPassword(password: string, open?: OpenLink): Promise<LoginResult & PasswordSession> {
    const result = await this.#finishPasswordLogin(open ?? (await this.#openLink()), password);
    if (!result.welcome.mustRenew) return result;
    // The legacy account has got its keys in this login. Only a login with keys gets a ticket, so log in once more.
    await result.calls.link.close();
    return this.#finishPasswordLogin(await this.#openLink(), password);
  }

  async #finishPasswordLogin(
    { calls, daemonId, signSpki }: OpenLink,
    password: string,
  ): Promise<LoginResult & PasswordSession> {
    const { opaque, name, device, deviceName, known, seen, store, fingerprint, ask } = this.#options;
    try {
      ask.progress('login');
      const who = { name, password, device, deviceName, daemonId };
      let knownSince: number | null = null;
      const login = await loginByPassword(calls, opaque(), who, async () => {
        knownSince = await seen.addOwn(device);
        return (await store.ticket(fingerprint, name, device))?.secret ?? null;
      });
      const { replaced } = login.welcome;
      if (replaced !== null && knownSince !== null && replaced.since !== knownSince) await seen.addReplaced(replaced);
      await known.confirm(fingerprint, daemonId);
      ask.progress('vault');
      const keySync = this.keySync(daemonId);
      const account = await keySync.afterPasswordLogin(calls, login, password);
      const { ticket: secret } = login.welcome;
      if (secret !== null) {
        await store.saveTicket(fingerprint, name, device, { secret, deviceName });
        await pinDevice(calls, seen, device);
      }
      return { calls, login, welcome: login.welcome, account, daemonId, signSpki, keySync };
    } catch (error) {
      calls.link.destroy();
      throw error;
    }
  }

  /** Returns null if this profile has no keys or no ticket, or no password login has confirmed the daemon yet. */
  async #logInByKey(signal?: AbortSignal): Promise<LoginResult | null> {
    const { known, store, fingerprint, name, device, rsa, ask } = this.#options;
    const account = await store.load(fingerprint, name);
    const ticket = await store.ticket(fingerprint, name, device);
    const daemon = await known.byFingerprint(fingerprint);
    if (account === null || ticket === null || daemon?.confirmed !== true) return null;
    const { calls, daemonId, signSpki } = await this.#openLink(signal);
    try {
      ask.progress('login');
      const { identity } = account.keys;
      const welcome = await loginByKey(calls, rsa, { name, identity, device, ticket: ticket.secret, daemonId });
      const agreed = await this.keySync(daemonId).afterKeyLogin(calls, welcome, account);
      await store.markUsed(fingerprint, name);
      return { calls, welcome, account: agreed, daemonId, signSpki };
    } catch (error) {
      calls.link.destroy();
      throw error;
    }
  }

  async #openLink(signal?: AbortSignal): Promise<OpenLink> {
    const { address, fingerprint, timeoutMs, known, clock, random } = this.#options;
    // bench/send.ts measures the phases of a command by these marks.
    performance.mark('securechat:ready');
    const link = await dial({
      address,
      timeoutMs,
      clock,
      expect: fingerprint,
      software: `securechat/${VERSION}`,
      random,
      ...(signal && { signal }),
    });
    const { daemonId, signSpki } = link.peer;
    const before = await known.byFingerprint(fingerprint);
    if (daemonId === null || signSpki === null || (before?.daemonId != null && !equal(before.daemonId, daemonId))) {
      link.destroy();
      throw new ClientError(
        'untrusted',
        `${addressText(address)} is another server than before, although it has the same key; ask its operator`,
      );
    }
    await known.remember(address, fingerprint);
    const calls = new Calls(link);
    startHeartbeat(calls, clock);
    return { calls, daemonId, signSpki };
  }

  keySync(daemonId: Uint8Array): KeySync {
    const { store, rsa, opaque, clock, random, fingerprint: daemon, name, ask } = this.#options;
    return new KeySync({ store, rsa, opaque, clock, random, daemon, daemonId, name, ask });
  }

  async #askPassword(): Promise<string> {
    const password = await this.#options.ask.password(this.#options.name);
    if (password !== null && password !== '') return password;
    throw new ClientError('usage', 'a password is needed: give --password-file, or run this in a terminal');
  }
}

/** Checks a new password. @throws ClientError 'usage' when it has characters that cannot be typed again */
function checkVisible(password: string): void {
  const unseen = invisibleCharacter(password);
  if (unseen !== null) throw new ClientError('usage', `the password has ${unseen}; choose another`);
}

/** Adds to an error of the first login that the account was made. */
function withAccountMade(name: string, error: unknown): unknown {
  const sentence = (message: string) =>
    `the account ${name} was made, but the login failed: ${message}; log in here with its password`;
  if (error instanceof Refusal) return new Refusal(error.code, sentence(error.message));
  return error instanceof ClientError ? new ClientError(error.code, sentence(error.message)) : error;
}

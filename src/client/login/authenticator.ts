/** Every way through the door of one daemon for one name: register, password, key, and again by itself after a lost link. */

import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { VERSION } from '../../platform/version.ts';
import { equal, H, utf8 } from '../../protocol/base/bytes.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { invisibleCharacter } from '../../protocol/base/password.ts';
import { MAX_INVITE } from '../../protocol/base/safe-text.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Welcome } from '../../protocol/wire/requests.ts';
import { Calls } from '../connection/calls.ts';
import { type Address, addressText, dial } from '../connection/dial.ts';
import { startHeartbeat } from '../connection/heartbeat.ts';
import { ClientError } from '../errors.ts';
import type { Account, AccountKeys, AccountStore } from '../keys/account-store.ts';
import type { EphemeralKeys } from '../keys/ephemeral-keys.ts';
import { makeKeys } from '../keys/my-keys.ts';
import type { KnownDaemons } from '../trust/known-daemons.ts';
import type { Ask } from '../types.ts';
import { KeySync } from './key-sync.ts';
import { loginByKey, loginByPassword } from './login-exchange.ts';
import { LoginRetry } from './login-retry.ts';
import { type NewRecord, registerAccount, replacePassword } from './register.ts';

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
  known: KnownDaemons;
  store: AccountStore;
  ephemerals: EphemeralKeys;
  rsa: Rsa;
  /** Opened when a password is used: a login by key needs none. */
  opaque: () => Opaque;
  clock: Clock;
  random: Random;
  ask: Ask;
};

/** `signSpki` is the daemon's signing key, under the fingerprint that the link was made with. */
type OpenLink = { calls: Calls; daemonId: Uint8Array; signSpki: Uint8Array };

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #retry: LoginRetry;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#retry = new LoginRetry(options);
  }

  /**
   * By password when one is given, so that a wrong one fails though a key is held; else by the key of this profile; else by a
   * password that is asked for.
   * @throws ClientError 'login-refused', 'usage' when a password is needed and nobody can be asked
   */
  async logIn(given: string | null): Promise<LoginResult> {
    if (given !== null) return this.#retryPassword(given);
    try {
      const entered = await this.#retry.run(() => this.#logInByKey());
      if (entered !== null) return entered;
    } catch (error) {
      // The ticket was ended, or the keys were renewed elsewhere: the person is asked, once.
      if (!(error instanceof ClientError && error.code === 'login-refused')) throw error;
    }
    return this.#retryPassword(await this.#askPassword());
  }

  /**
   * After a lost link: by key, nobody is asked. An abort ends the link, also later.
   * @throws ClientError 'login-refused' when that no longer works
   */
  async logInAgain(signal: AbortSignal): Promise<LoginResult> {
    const entered = await this.#logInByKey(signal).catch((error: unknown) => {
      if (error instanceof ClientError && error.code === 'login-refused') return null;
      throw error;
    });
    if (entered !== null) return entered;
    throw new ClientError(
      'login-refused',
      'this device was signed out, or the account was changed; start again, the password is needed',
    );
  }

  async register(given: string | null, options: { invite?: string; localKeys?: boolean }): Promise<LoginResult> {
    const { store, fingerprint, name, ask, rsa, clock, opaque } = this.#options;
    // Before keys are made for an account that cannot be.
    if ((options.invite ?? '').length > MAX_INVITE)
      throw new ClientError('usage', `an invite has at most ${MAX_INVITE} characters; copy it again`);
    const password = given ?? (await this.#askPassword());
    checkVisible(password);
    const localKeys = options.localKeys ?? false;
    // Keys of an attempt that was cut are used again: the account may exist with them.
    const before = await store.load(fingerprint, name);
    ask.progress('keys');
    const made = before === null ? makeKeys(rsa, clock, name) : Promise.resolve(before.keys);
    // Refused before they are needed: nobody waits for them.
    made.catch(() => {});
    const keys = async (): Promise<AccountKeys> => {
      const { vaultVersion = 0, vaultStored = 0 } = before ?? {};
      const account = { keys: await made, vaultVersion, vaultStored, localKeys };
      await store.replace(fingerprint, name, account);
      return account.keys;
    };
    const open = await this.#retry.run(async () => {
      const opened = await this.#openLink();
      const { calls, daemonId } = opened;
      try {
        const invite = options.invite ?? null;
        await registerAccount(calls, opaque(), { name, password, invite, localKeys, keys, daemonId });
        return opened;
      } catch (error) {
        calls.link.destroy();
        throw error;
      }
    });
    return this.#retryPassword(password, open).catch((error: unknown) => {
      throw withAccountMade(name, error);
    });
  }

  /** On a link of its own: the session that is open may be one by key. @throws ClientError 'login-refused' for a wrong `oldPassword` */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    checkVisible(newPassword);
    const { calls, account, daemonId } = await this.#logInByPassword(oldPassword).catch((error: unknown) => {
      // The name is in use: it is not what is wrong.
      if (!(error instanceof ClientError) || error.code !== 'login-refused') throw error;
      throw new ClientError('login-refused', 'the password now is wrong');
    });
    // The vault for the new password is there before the password counts: a cut in between loses nothing.
    const beforeFinish = async ({ record, exportKey }: NewRecord): Promise<void> => {
      if (!account.localKeys)
        await this.#vaultKeeper(daemonId).putVault(calls, exportKey, H('record', utf8(record)), account);
    };
    try {
      await replacePassword(calls, this.#options.opaque(), {
        password: newPassword,
        card: null,
        daemonId,
        beforeFinish,
      });
    } finally {
      await calls.link.close();
    }
  }

  /** @param first the link for the first try; each later try opens its own */
  #retryPassword(password: string, first?: OpenLink): Promise<LoginResult> {
    let open = first;
    return this.#retry.run(() => {
      const begun = open;
      open = undefined;
      return this.#logInByPassword(password, begun);
    });
  }

  async #logInByPassword(password: string, open?: OpenLink): Promise<LoginResult> {
    const entered = await this.#finishPasswordLogin(open ?? (await this.#openLink()), password);
    if (!entered.welcome.mustRenew) return entered;
    // The old account has its keys now; what it logs in with from now on, the ticket too, is given to one that has them.
    await entered.calls.link.close();
    return this.#finishPasswordLogin(await this.#openLink(), password);
  }

  async #finishPasswordLogin({ calls, daemonId, signSpki }: OpenLink, password: string): Promise<LoginResult> {
    const { opaque, name, device, known, store, fingerprint, ask } = this.#options;
    try {
      ask.progress('login');
      const login = await loginByPassword(calls, opaque(), { name, password, device, daemonId });
      await known.confirm(fingerprint, daemonId);
      ask.progress('vault');
      const account = await this.#vaultKeeper(daemonId).afterPasswordLogin(calls, login, password);
      if (login.welcome.ticket !== null) await store.saveTicket(fingerprint, name, device, login.welcome.ticket);
      return { calls, welcome: login.welcome, account, daemonId, signSpki };
    } catch (error) {
      calls.link.destroy();
      throw error;
    }
  }

  /** null when this profile cannot: no keys, no ticket, or a daemon that no password login has confirmed. */
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
      const welcome = await loginByKey(calls, rsa, { name, identity, device, ticket, daemonId });
      const agreed = await this.#vaultKeeper(daemonId).afterKeyLogin(calls, welcome, account);
      await store.markUsed(fingerprint, name);
      return { calls, welcome, account: agreed, daemonId, signSpki };
    } catch (error) {
      calls.link.destroy();
      throw error;
    }
  }

  async #openLink(signal?: AbortSignal): Promise<OpenLink> {
    const { address, fingerprint, timeoutMs, known, ephemerals, rsa, clock, random } = this.#options;
    // Marks split a command's time into its phases (bench/send.ts); nothing else reads them.
    performance.mark('securechat:ready');
    const ephemeral = await ephemerals.take();
    performance.mark('securechat:keyed');
    const link = await dial({
      address,
      timeoutMs,
      clock,
      expect: fingerprint,
      ephemeral,
      rsa,
      software: `securechat/${VERSION}`,
      random,
      ...(signal && { signal }),
    });
    ephemerals.makeSpare();
    const { daemonId, signSpki } = link.peer;
    const before = await known.byFingerprint(fingerprint);
    if (daemonId === null || signSpki === null || (before?.daemonId != null && !equal(before.daemonId, daemonId))) {
      link.destroy();
      throw new ClientError(
        'untrusted',
        `${addressText(address)} is another server than before, though it shows the same key; ask its operator`,
      );
    }
    await known.remember(address, fingerprint);
    const calls = new Calls(link);
    startHeartbeat(calls, clock);
    return { calls, daemonId, signSpki };
  }

  #vaultKeeper(daemonId: Uint8Array): KeySync {
    const { store, rsa, opaque, clock, random, fingerprint: daemon, name, ask } = this.#options;
    return new KeySync({ store, rsa, opaque, clock, random, daemon, daemonId, name, ask });
  }

  async #askPassword(): Promise<string> {
    const password = await this.#options.ask.password(this.#options.name);
    if (password !== null && password !== '') return password;
    throw new ClientError('usage', 'a password is needed: give --password-file, or run this in a terminal');
  }
}

/** A password that is to be. @throws ClientError 'usage' when nobody could type it again */
function checkVisible(password: string): void {
  const unseen = invisibleCharacter(password);
  if (unseen !== null) throw new ClientError('usage', `the password has ${unseen}; choose another`);
}

/** The error that says as well that the account is there, for one that came between registering and the login. */
function withAccountMade(name: string, error: unknown): unknown {
  const said = (message: string) =>
    `the account ${name} is made, but the login failed: ${message}; log in here with its password`;
  if (error instanceof Refusal) return new Refusal(error.code, said(error.message));
  return error instanceof ClientError ? new ClientError(error.code, said(error.message)) : error;
}
